import { assert } from "@holdfast/base";
import type { Model } from "./model.ts";
import type { Operation } from "./operation.ts";
import type { PartitionSearch } from "./partition-search.ts";

/** One operation, told for people. */
export interface ToldOperation {
  readonly client: number | string;
  readonly called: number;
  readonly returned: number | undefined;
  /** What it was and what it answered, in the model's words. */
  readonly text: string;
}

/**
 * Why a partition is illegal: up to the return of `impossible` its operations can be put into an
 * order, and with it they cannot, whatever order is tried.
 */
export interface Counterexample {
  /** Empty where the model has one part only. */
  readonly partition: string;
  readonly operations: number;
  /** An order in which operations took effect as far as any can, with the state after each. */
  readonly order: readonly (ToldOperation & { readonly state: string })[];
  readonly initialState: string;
  /** No order gets it to take effect in time. */
  readonly impossible: ToldOperation;
  /** States that were reached before it and in which it cannot have answered as it did; the first few. */
  readonly refusedIn: readonly string[];
  /** What else had been called before it returned and is not in the order: under way, or open for ever. */
  readonly others: readonly ToldOperation[];
}

/** Reads the counterexample off a search that ended illegal. */
export function counterexampleOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  { partition, states, deepest }: PartitionSearch<State, Input, Output>,
): Counterexample {
  assert(deepest !== undefined, "an illegal search has a deepest point");
  const tell = ({ client, called, returned, input, output }: Operation<Input, Output>) => ({
    client,
    called,
    returned,
    text: model.describe(input, returned === undefined ? undefined : output),
  });
  const stateText = (id: number) => model.describeState(states.at(id));
  const placed = new Set(deepest.placed);
  const others = [...partition.callable(deepest.frontier).numbers].filter(
    (number) => number !== deepest.frontier && !placed.has(number),
  );
  return {
    partition: partition.name,
    operations: partition.operations.length,
    initialState: model.describeState(model.initial(partition.name)),
    order: deepest.placed.map((number, at) => ({
      ...tell(partition.at(number)),
      state: stateText(deepest.states[at] ?? 0),
    })),
    impossible: tell(partition.at(deepest.frontier)),
    refusedIn: [...deepest.refusedIn].map(stateText),
    others: others.map((number) => tell(partition.at(number))),
  };
}
