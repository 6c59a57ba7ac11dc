import type { WireRequest } from "../stores/wire-method.ts";
import { type Comparable, type ComparableFields, isFields } from "./plain-value.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a pair by which the targets of a sort order, by their numbers. */
const SORTED_BY = ["key", "version", "create_revision", "mod_revision", "value"];

/**
 * Puts pairs that a sort has for equal in the order of their keys, in every range of a response.
 *
 * etcd's sort is not stable, so their order is chance, and where a limit cuts through them, also who is there.
 */
export function levelTies(response: Comparable, { method, request }: WireRequest): Comparable {
  if (!isFields(response)) return response;
  if (method === "Range") return levelRange(response, request);
  return method === "Txn" ? levelTxn(response, request) : response;
}

function levelTxn(response: ComparableFields, request: Fields): ComparableFields {
  const { responses, succeeded } = response;
  const steps = request[succeeded === true ? "success" : "failure"];
  if (!Array.isArray(responses) || !Array.isArray(steps)) return response;
  const levelled = responses.map((step: Comparable, at) => levelStep(step, steps[at]));
  return { ...response, responses: levelled };
}

function levelStep(step: Comparable, asked: Fields | undefined): Comparable {
  if (!isFields(step)) return step;
  const { response_range: range, response_txn: txn } = step;
  const { request_range: query, request_txn: inner } = asked ?? {};
  if (isFields(range) && query !== undefined)
    return { ...step, response_range: levelRange(range, query as Fields) };
  if (isFields(txn) && inner !== undefined)
    return { ...step, response_txn: levelTxn(txn, inner as Fields) };
  return step;
}

function levelRange(response: ComparableFields, query: Fields): ComparableFields {
  const field = SORTED_BY[Number(query["sort_target"] ?? 0)];
  const { kvs, more } = response;
  if (field === undefined || field === "key" || !Array.isArray(kvs)) return response;
  const pairs = kvs.filter(isFields);
  const isValueHidden = field === "value" && query["keys_only"] === true;
  const groups = isValueHidden ? [pairs] : tied(pairs, field);
  const cut = more === true ? groups.length - 1 : groups.length;
  const levelled = groups.flatMap((group, at) =>
    at < cut ? group.toSorted(byKey) : group.map((pair) => ({ tied: pair[field] ?? null })),
  );
  return { ...response, kvs: levelled };
}

function tied(pairs: readonly ComparableFields[], field: string): ComparableFields[][] {
  const groups: ComparableFields[][] = [];
  for (const pair of pairs) {
    const group = groups.at(-1);
    if (group?.[0]?.[field] === pair[field]) group?.push(pair);
    else groups.push([pair]);
  }
  return groups;
}

function byKey(one: ComparableFields, other: ComparableFields): number {
  return String(one["key"]) < String(other["key"]) ? -1 : 1;
}
