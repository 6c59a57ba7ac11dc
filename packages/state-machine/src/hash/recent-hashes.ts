import type { LogIndex } from "@holdfast/base";

/** Applied entries whose rolling hash is remembered (decision 15). */
export const RECENT_HASHES = 10_000;

/** The rolling hash at each of the last applied entries, so that two replicas that are not equally far can be compared. */
export class RecentHashes {
  readonly #hashes = new Uint32Array(RECENT_HASHES);
  #first: LogIndex;
  #last: LogIndex;

  /** Knows the hash at one entry. */
  constructor(index: LogIndex, hash: number) {
    this.#first = index;
    this.#last = index;
    this.#hashes[index % RECENT_HASHES] = hash;
  }

  /** Adds the hash of the next entry; the oldest is forgotten. */
  add(hash: number): void {
    this.#last += 1;
    this.#hashes[this.#last % RECENT_HASHES] = hash;
    if (this.#last - this.#first >= RECENT_HASHES) this.#first += 1;
  }

  /** The hash when `index` was the last applied entry; `undefined` where it is not known here, no longer or not yet. */
  at(index: LogIndex): number | undefined {
    if (index < this.#first || index > this.#last) return undefined;
    return this.#hashes[index % RECENT_HASHES];
  }
}
