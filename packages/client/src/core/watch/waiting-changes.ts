import type { Change } from "./change.ts";

/** So many that were taken are dropped at a time, at least, and never fewer than are left: each is moved once. */
const DROPPED_LEAST = 1024;

/**
 * Changes that wait to be asked for, in order. One revision may bring a million of them at once, and an array
 * so long moves all that is left when its first one is taken.
 */
export class WaitingChanges {
  #changes: Change[] = [];
  /** Those before it were taken. */
  #begin = 0;

  get size(): number {
    return this.#changes.length - this.#begin;
  }

  add(change: Change): void {
    this.#changes.push(change);
  }

  take(): Change | undefined {
    if (this.size === 0) return undefined;
    const change = this.#changes[this.#begin];
    this.#begin += 1;
    if (this.#begin >= Math.max(DROPPED_LEAST, this.size)) {
      this.#changes = this.#changes.slice(this.#begin);
      this.#begin = 0;
    }
    return change;
  }
}
