import { type ByteString, below, type Random } from "@holdfast/base";
import type { RowChange } from "../engine.ts";

interface BatchLog {
  readonly batches: (readonly RowChange[])[];
  /** So many of them survive a power cut. */
  synced: number;
}

/**
 * The rows of an engine as its files hold them: tables, and logs of batches, of which only
 * the last is written to. A sync makes the batches of *that log* durable and no others, so
 * after a power cut what is left need not be a prefix (google/leveldb#193).
 */
export class LoggedRows {
  readonly #tables = new Map<ByteString, Uint8Array>();
  #logs: BatchLog[] = [{ batches: [], synced: 0 }];

  /** All rows, as a process finds them that opens the engine. */
  rows(): ReadonlyMap<ByteString, Uint8Array> {
    const rows = new Map(this.#tables);
    for (const { batches } of this.#logs) for (const batch of batches) apply(rows, batch);
    return rows;
  }

  append(changes: Iterable<RowChange>): void {
    const batch = Array.from(changes, ({ key, value }) => ({ key, value: value?.slice() }));
    this.#current().batches.push(batch);
  }

  sync(): void {
    const log = this.#current();
    log.synced = log.batches.length;
  }

  /** The next batch begins another log. */
  rotate(): void {
    if (this.#current().batches.length > 0) this.#logs.push({ batches: [], synced: 0 });
  }

  /** The oldest log becomes a table, which is durable; not the one that is written to. */
  compact(): void {
    if (this.#logs.length < 2) return;
    for (const batch of this.#logs.shift()?.batches ?? []) apply(this.#tables, batch);
  }

  /** Opening turns all logs into tables. */
  open(): void {
    for (const { batches } of this.#logs) for (const batch of batches) apply(this.#tables, batch);
    this.#logs = [{ batches: [], synced: 0 }];
  }

  afterPowerCut(random: Random): LoggedRows {
    const after = new LoggedRows();
    for (const [key, value] of this.#tables) after.#tables.set(key, value);
    for (const { batches, synced } of this.#logs) {
      const kept = synced + below(random, batches.length - synced + 1);
      for (const batch of batches.slice(0, kept)) apply(after.#tables, batch);
    }
    return after;
  }

  #current(): BatchLog {
    const last = this.#logs.at(-1);
    if (last !== undefined) return last;
    const log = { batches: [], synced: 0 };
    this.#logs.push(log);
    return log;
  }
}

function apply(rows: Map<ByteString, Uint8Array>, batch: readonly RowChange[]): void {
  for (const { key, value } of batch) {
    if (value === undefined) rows.delete(key);
    else rows.set(key, value);
  }
}
