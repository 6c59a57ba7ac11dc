import type { History, Model, Operation } from "@holdfast/checker";

/**
 * The definition of linearizability, word for word: is there a subset of the open operations and an order
 * of them with all others that agrees with real time and is legal? For a handful of operations.
 */
export function isLinearizable<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: History<Input, Output>,
): boolean {
  const closed = history.filter(({ returned }) => returned !== undefined);
  const open = history.filter(({ returned }) => returned === undefined);
  return subsetsOf(open).some((chosen) =>
    ordersOf([...closed, ...chosen]).some(
      (order) => agreesWithTime(order) && isLegal(model, order),
    ),
  );
}

function isLegal<State, Input, Output>(
  model: Model<State, Input, Output>,
  order: History<Input, Output>,
): boolean {
  const partitions = new Set(order.map(({ input }) => model.partition?.(input) ?? ""));
  return [...partitions].every((partition) => {
    let states: readonly State[] = [model.initial(partition)];
    for (const { input, output, returned } of order) {
      if ((model.partition?.(input) ?? "") !== partition) continue;
      const seen = returned === undefined ? undefined : output;
      states = states.flatMap((state) => model.step(state, input, seen));
    }
    return states.length > 0;
  });
}

function agreesWithTime(order: History<unknown, unknown>): boolean {
  return order.every((later, at) =>
    order.slice(0, at).every((earlier) => !precedes(later, earlier)),
  );
}

function precedes(a: Operation<unknown, unknown>, b: Operation<unknown, unknown>): boolean {
  return a.returned !== undefined && a.returned < b.called;
}

function subsetsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: 2 ** items.length }, (_, bits) =>
    items.filter((_item, at) => (bits & (1 << at)) !== 0),
  );
}

function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, at) =>
    ordersOf([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}
