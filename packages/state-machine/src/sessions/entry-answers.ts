import type { OperationResult } from "../result.ts";
import { ANSWER_BYTES_MAX, answerBytes } from "./answer-bytes.ts";

/**
 * What the answers to the operations of one entry may weigh together, bytes: they are in memory at once, on every
 * replica that applies the entry, and again after a restart before it was applied.
 */
export const ENTRY_ANSWERS_BYTES_MAX: number = 256 * 1024 * 1024;

/**
 * The answers to the operations of one entry. Of those that no session keeps (decision 18) only where they
 * were applied is told once all together would be too much; so nothing of the state depends on the bound.
 */
export class EntryAnswers {
  readonly #bytesMax: number;
  readonly #all: OperationResult[] = [];
  #bytes = 0;

  constructor(bytesMax: number = ENTRY_ANSWERS_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** In the order of the operations. */
  get all(): readonly OperationResult[] {
    return this.#all;
  }

  add(result: OperationResult): void {
    const bytes = answerBytes(result);
    const isGone = bytes > ANSWER_BYTES_MAX && this.#bytes + bytes > this.#bytesMax;
    if (!isGone) this.#bytes += bytes;
    this.#all.push(isGone ? { kind: "answer-gone", revision: result.revision } : result);
  }
}
