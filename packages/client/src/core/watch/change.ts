import type { Revision } from "@holdfast/base";
import { Entry, textOf } from "../entry.ts";
import type { ToldChange } from "./watch-transport.ts";

/** A key was written, or deleted. */
export class Change {
  readonly kind: "put" | "delete";
  readonly keyBytes: Uint8Array;
  /** The revision that did it; all changes of one transaction share it. */
  readonly revision: Revision;
  /** What the key is now; `undefined`: it is gone. */
  readonly entry: Entry | undefined;
  /** What it was before, if that was asked for, and it was, and is not compacted away. */
  readonly previous: Entry | undefined;

  constructor({ kind, kv, previous }: ToldChange) {
    this.kind = kind;
    this.keyBytes = kv.key;
    this.revision = kv.modRevision;
    this.entry = kind === "put" ? new Entry(kv) : undefined;
    this.previous = previous === undefined ? undefined : new Entry(previous);
  }

  /** The key as UTF-8 text. */
  get key(): string {
    return textOf(this.keyBytes);
  }
}
