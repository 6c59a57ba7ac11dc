import type { SortOrder, SortTarget } from "@holdfast/state-machine";
import type { RangeRequest__Output } from "../generated/etcdserverpb/RangeRequest.ts";

const SORT_ORDERS: Readonly<Record<string, SortOrder>> = {
  NONE: "none",
  ASCEND: "ascend",
  DESCEND: "descend",
};
const SORT_TARGETS: Readonly<Record<string, SortTarget>> = {
  KEY: "key",
  VERSION: "version",
  CREATE: "create",
  MOD: "mod",
  VALUE: "value",
};
/** How a range is to be sorted; `undefined` where either option is none that there is. */
export function sortOptionsOf({
  sort_order,
  sort_target,
}: Pick<RangeRequest__Output, "sort_order" | "sort_target">):
  | { readonly sortOrder: SortOrder; readonly sortTarget: SortTarget }
  | undefined {
  const sortOrder = SORT_ORDERS[sort_order];
  const sortTarget = SORT_TARGETS[sort_target];
  if (sortOrder === undefined || sortTarget === undefined) return undefined;
  return { sortOrder, sortTarget };
}
