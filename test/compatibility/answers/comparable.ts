import type { WireAnswer, WireMethod, WireRequest } from "../stores/wire-method.ts";
import { maskedFields } from "./known-differences.ts";
import { levelLeases } from "./level-leases.ts";
import { levelTies } from "./level-ties.ts";
import { type Comparable, isFields, plainOf } from "./plain-value.ts";

/** An answer with all in it that has to be equal, and nothing else. */
export function comparable(answer: WireAnswer, asked: WireRequest): Comparable {
  const { code, details, response } = answer;
  if (response === undefined) return { code, details };
  const plain = plainOf(response);
  const levelled = levelLeases(levelTies(plain, asked), asked.method);
  return { code, response: masked(levelled, asked.method) };
}

function masked(response: Comparable, method: WireMethod): Comparable {
  const fields = maskedFields(method);
  if (!isFields(response)) return response;
  return Object.fromEntries(Object.entries(response).filter(([name]) => !fields.includes(name)));
}
