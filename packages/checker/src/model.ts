/**
 * What a service promises if it is asked one thing at a time.
 *
 * All functions are pure, and states are never changed in place.
 */
export interface Model<State, Input, Output> {
  /**
   * The part of the store that an operation touches, such as its key. Parts are judged apart,
   * which is far cheaper and, as linearizability is local, as strict. Absent: one part.
   */
  partition?(input: Input): string;
  initial(partition: string): State;
  /**
   * The states that may follow if `input` takes effect in `state` and answers `output`.
   * None if it cannot have answered so. An `output` of `undefined` is not known, and so allows every one.
   */
  step(state: State, input: Input, output: Output | undefined): readonly State[];
  /** Whether it changes no state, whatever the state, if it answers `output`. The search is far faster where it knows. */
  isRead(input: Input, output: Output | undefined): boolean;
  /** Equal exactly for equal states. */
  key(state: State): string | number;
  /** An operation in a few words; an `output` of `undefined` is not known. */
  describe(input: Input, output: Output | undefined): string;
  describeState(state: State): string;
}

/** An operation cannot have answered so in this state. */
export const REFUSED: readonly never[] = Object.freeze([]);
