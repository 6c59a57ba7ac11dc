import { HoldfastError } from "@holdfast/base";

/**
 * What one answer may weigh, bytes: keys and values, and {@link PAIR_OVERHEAD_BYTES} for
 * each pair. One that would be larger is refused while it is gathered, as it would have
 * to be held whole in memory, on the wire as here.
 */
export const REPLY_BYTES_MAX: number = 64 * 1024 * 1024;

/** What a pair weighs beside its key and value. */
const PAIR_OVERHEAD_BYTES = 32;

/** A read was given up, as its answer would be larger than a node sends. */
export class AnswerTooLargeError extends HoldfastError {
  readonly code = "ANSWER_TOO_LARGE";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(bytesMax: number) {
    super(
      `grpc: trying to send message larger than max (above ${bytesMax} vs. ${bytesMax}); ask with a limit and go on behind the last key`,
    );
  }
}

/** Counts what an answer weighs while it is gathered. */
export class AnswerBudget {
  readonly bytesMax: number;
  #spent = 0;

  constructor(bytesMax: number = REPLY_BYTES_MAX) {
    this.bytesMax = bytesMax;
  }

  /** Whether the answer is too large already, so that nothing more need be gathered. */
  get isExceeded(): boolean {
    return this.#spent > this.bytesMax;
  }

  /** A pair, or a part of one that is known before the rest. */
  spendPair(keyBytes: number, valueBytes: number): void {
    this.#spent += PAIR_OVERHEAD_BYTES + keyBytes + valueBytes;
  }

  /** Pairs, with those of their values that are known already. */
  spendPairs(
    pairs: readonly { readonly key: string; readonly value: Uint8Array | undefined }[],
    withValues: boolean,
  ): void {
    for (const { key, value } of pairs) {
      this.spendPair(key.length, withValues ? (value?.length ?? 0) : 0);
    }
  }

  /** The value of a pair that was counted before. */
  spendValue(bytes: number): void {
    this.#spent += bytes;
  }

  /** Begins the next answer. */
  reset(): void {
    this.#spent = 0;
  }

  /** @throws AnswerTooLargeError */
  check(): void {
    if (this.isExceeded) throw new AnswerTooLargeError(this.bytesMax);
  }
}
