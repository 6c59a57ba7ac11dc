import { closeSync, openSync, writeSync } from "node:fs";

/**
 * How a call of a concurrent history begins or ends: `ok` it happened, `fail` it
 * did not, `info` nobody knows.
 */
export type HistoryEventKind = "invoke" | "ok" | "fail" | "info";

/** One line of a history. A process has one call at a time. */
export interface HistoryEvent {
  readonly process: number;
  readonly kind: HistoryEventKind;
  /** What was called, such as `put`. */
  readonly call: string;
  readonly key: string;
  /** What was written, or was read. */
  readonly value?: string;
  readonly error?: string;
  /** Milliseconds of this process's monotonic clock. */
  readonly timeMs: number;
}

export type HistoryEventFields = Omit<HistoryEvent, "timeMs">;

/** Writes a concurrent history for a checker, in the order of its events: JSON lines, also kept in memory. */
export class HistoryRecorder implements Disposable {
  readonly #events: HistoryEvent[] = [];
  readonly #file: number | undefined;

  /** Without `path` it stays in memory only. */
  constructor(path?: string) {
    this.#file = path === undefined ? undefined : openSync(path, "w");
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  record(fields: HistoryEventFields): void {
    const event: HistoryEvent = { ...fields, timeMs: performance.now() };
    this.#events.push(event);
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(event)}\n`);
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
