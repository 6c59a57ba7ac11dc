import type { MemberId } from "@holdfast/base";
import type { Bounds } from "./bounds.ts";

/** Whether states that differ in the members' names only are one. */
export type Naming = "alike" | "apart";

/** One way to name the members anew: by old number, the new one. 0 is nobody. */
export type Renaming = readonly number[];

/** Whoever leaves a configuration is no longer like the others. */
export function namingFor({ changes }: Bounds): Naming {
  return changes === 0 ? "alike" : "apart";
}

/**
 * The ways to name members anew, the first of which changes nothing. A cluster in which two
 * members have changed places behaves as before, with other names.
 */
export function renamingsOf(members: number): readonly Renaming[] {
  let orders: readonly (readonly number[])[] = [[]];
  for (let id = 1; id <= members; id++) {
    orders = orders.flatMap((order) =>
      Array.from({ length: id }, (_, at) => order.toSpliced(at, 0, id)),
    );
  }
  return orders.map((order) => [0, ...order]).sort(compare);
}

function compare(a: Renaming, b: Renaming): number {
  const at = a.findIndex((id, place) => id !== b[place]);
  return (a[at] ?? 0) - (b[at] ?? 0);
}

export function renamed(id: MemberId | 0, renaming: Renaming): number {
  return renaming[id] ?? id;
}
