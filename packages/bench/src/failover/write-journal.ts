import type { AcknowledgedWrite } from "./write-probe.ts";

interface Waiter {
  readonly since: number;
  readonly not: string;
  readonly found: (write: AcknowledgedWrite) => void;
}

/** Every acknowledged write of a run, and who waits for the next. */
export class WriteJournal {
  readonly #valueByKey = new Map<string, string>();
  #waiter: Waiter | undefined;

  get size(): number {
    return this.#valueByKey.size;
  }

  get writes(): ReadonlyMap<string, string> {
    return this.#valueByKey;
  }

  add(write: AcknowledgedWrite): void {
    this.#valueByKey.set(write.key, write.value);
    const { node, startedAt } = write;
    if (this.#waiter === undefined || node === this.#waiter.not || startedAt < this.#waiter.since)
      return;
    this.#waiter.found(write);
    this.#waiter = undefined;
  }

  /** The first write from now on that was begun after `since` and accepted by another node than `not`. */
  next(after: { readonly since: number; readonly not: string }): Promise<AcknowledgedWrite> {
    return new Promise((found) => {
      this.#waiter = { ...after, found };
    });
  }
}
