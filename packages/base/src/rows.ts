import type { ByteString } from "./bytes.ts";
import type { LogIndex } from "./ids.ts";

/** A row of the replica's state. Keys order bytewise. */
export interface Row {
  readonly key: ByteString;
  readonly value: Uint8Array;
}

/** An ordered read of the rows in `[from, to)`. */
export interface RowScan {
  readonly from: ByteString;
  /** The first key no longer read. */
  readonly to: ByteString;
  /** At most so many rows come back; fewer than that means the range is at its end. */
  readonly limit: number;
  /** From the greatest key downwards. */
  readonly reverse?: boolean;
  /** Leaves the values empty. */
  readonly keysOnly?: boolean;
}

/**
 * What a resumable computation over rows asks of whoever drives it. It never
 * waits itself, so the same code runs on LevelDB, in memory and in a simulator.
 */
export type RowNeed =
  /** Point reads; answered by as many values, `undefined` where there is no row. */
  | { readonly kind: "rows"; readonly keys: readonly ByteString[] }
  /** Answered by rows. */
  | { readonly kind: "scan"; readonly scan: RowScan }
  /** A slice of work is done; answered when the event loop has turned. */
  | { readonly kind: "pause" }
  /**
   * What was written so far may become durable without what follows, as of this applied
   * index; answered when there is room for more. Only who applies entries is asked.
   */
  | { readonly kind: "commit"; readonly appliedIndex: LogIndex };

/** The answer to a {@link RowNeed} of each kind. */
export type RowAnswer = readonly (Uint8Array | undefined)[] | readonly Row[] | undefined;

/**
 * A computation in resumable steps: it yields needs, is resumed with answers, and
 * returns its result. A slice between two yields takes 5 ms at most (decision 4).
 */
export type Steps<Result> = Generator<RowNeed, Result, RowAnswer>;

/** Asks for point reads inside {@link Steps}: `const values = yield* needRows(keys)`. */
export function* needRows(keys: readonly ByteString[]): Steps<readonly (Uint8Array | undefined)[]> {
  return (yield { kind: "rows", keys }) as readonly (Uint8Array | undefined)[];
}

/** Asks for an ordered read inside {@link Steps}. */
export function* needScan(scan: RowScan): Steps<readonly Row[]> {
  return (yield { kind: "scan", scan }) as readonly Row[];
}

/** Lets the event loop turn inside {@link Steps}. */
export function* pause(): Steps<void> {
  yield { kind: "pause" };
}

/** Lets what was written so far become durable inside {@link Steps}. */
export function* commitPart(appliedIndex: LogIndex): Steps<void> {
  yield { kind: "commit", appliedIndex };
}

/**
 * Where a state machine writes. Writes are seen at once by its own steps and by
 * nobody else until {@link publish}.
 */
export interface RowWriter {
  put(key: ByteString, value: Uint8Array): void;
  delete(key: ByteString): void;
  /** Makes all writes so far visible to readers, as one. Called at the end of each revision. */
  publish(): void;
}
