import type { WireMethod } from "../stores/wire-method.ts";
import { type Comparable, isFields } from "./plain-value.ts";

/** Puts in order what etcd tells of leases in none, and leaves of the time that is left only that some is. */
export function levelLeases(response: Comparable, method: WireMethod): Comparable {
  if (!isFields(response)) return response;
  const { keys, leases, TTL } = response;
  if (method === "LeaseLeases" && Array.isArray(leases))
    return { ...response, leases: leases.toSorted(byText) };
  if (method !== "LeaseTimeToLive" || !Array.isArray(keys)) return response;
  return {
    ...response,
    keys: keys.toSorted(byText),
    TTL: Number(TTL) > 0 ? "(some)" : (TTL ?? null),
  };
}

function byText(one: Comparable, other: Comparable): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
