/**
 * One operation of a concurrent history, as its client saw it.
 *
 * - `returned` is absent where nobody knows whether it happened: it may take effect at any
 *   time after its call, even after the history ends, or never.
 * - `output` is absent where nobody knows what it answered. With `returned` it did happen.
 * - What has failed for certain is no operation: leave it out.
 */
export interface Operation<Input, Output> {
  /** Who called it; for the reader of a counterexample only. */
  readonly client: number | string;
  readonly input: Input;
  readonly output?: Output | undefined;
  /** Time of the call, by a clock that all clients of the history share. */
  readonly called: number;
  /** Time of the answer by the same clock. One operation precedes another only if it returned strictly earlier than that was called. */
  readonly returned?: number | undefined;
}

/** A concurrent history, in any order. */
export type History<Input, Output> = readonly Operation<Input, Output>[];
