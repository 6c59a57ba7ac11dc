import type { LogIndex, Term } from "@holdfast/base";
import type { PersistBatch } from "@holdfast/raft";
import type { LogImage } from "./log-image.ts";

/** Which entries were durable on a disk at some time; they may be superseded or compacted since. */
export class DurableEntries {
  readonly #terms: (Term | Term[])[] = [];

  has(index: LogIndex, term: Term): boolean {
    if (index === 0) return true;
    const terms = this.#terms[index];
    return typeof terms === "number" ? terms === term : terms?.includes(term) === true;
  }

  /** A batch has become durable. */
  take({ entries, install }: PersistBatch): void {
    for (const { index, term } of entries) this.#remember(index, term);
    if (install !== undefined) this.#remember(install.last.index, install.last.term);
  }

  /** All that a disk holds. */
  takeAll(disk: LogImage): void {
    for (let { index } = disk.compacted; index <= disk.lastIndex; index++) {
      const term = disk.termAt(index);
      if (term !== undefined) this.#remember(index, term);
    }
  }

  #remember(index: LogIndex, term: Term): void {
    const known = this.#terms[index];
    if (known === undefined) this.#terms[index] = term;
    else if (typeof known !== "number") known.push(term);
    else if (known !== term) this.#terms[index] = [known, term];
  }
}
