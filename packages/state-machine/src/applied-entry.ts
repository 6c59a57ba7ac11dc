import type { LogIndex, Term } from "@holdfast/base";
import type { PreparedBatch } from "./prepared-entry.ts";

/** A committed entry. `payload` is `undefined` where it is no batch: a leader's no-op, a membership. */
export interface AppliedEntry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly payload: Uint8Array | undefined;
  /** The payload, where it was read ahead. */
  readonly prepared?: PreparedBatch | undefined;
}
