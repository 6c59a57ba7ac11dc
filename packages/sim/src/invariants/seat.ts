import type { LogIndex, Term } from "@holdfast/base";
import type { RaftStatus } from "@holdfast/raft";
import type { LogImage } from "../disk/log-image.ts";

/** What is judged of one process, whoever runs it. */
export interface Seat {
  readonly machine: { readonly slot: number };
  readonly status: RaftStatus;
  /** The log as handed to the disk, durable or not. */
  readonly log: LogImage;
  readonly disk: {
    readonly durable: LogImage;
    wasDurable(index: LogIndex, term: Term): boolean;
  };
  readonly ended: boolean;
}
