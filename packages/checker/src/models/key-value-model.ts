import { type Model, REFUSED } from "../model.ts";
import {
  changeMade,
  describeKey,
  describeKeyValue,
  type KeyChange,
  type KeyComparison,
  type KeyValueInput,
  type KeyValueOutput,
  type ObservedKey,
} from "./key-value-operation.ts";

/**
 * One key with the numbers that etcd's interface shows of it.
 *
 * A write whose answer was lost has a revision that nobody knows until a later answer shows
 * it: it is `undefined` so long, and then bound.
 */
export interface KeyState {
  /** `undefined`: the key is absent. */
  readonly present: Present | undefined;
  /** The highest known revision of a change of this key: each further one lies above. */
  readonly reached: number;
}

interface Present {
  readonly value: string;
  readonly version: number;
  readonly createRevision: number | undefined;
  readonly modRevision: number | undefined;
}

/**
 * Holdfast's keys, each by itself, which start absent: put, get, delete and compare-and-set as etcd
 * defines them, with versions and revisions as far as answers showed them.
 */
export const keyValueModel: Model<KeyState, KeyValueInput, KeyValueOutput> = {
  partition: ({ key }) => key,
  initial: () => ({ present: undefined, reached: 0 }),
  step(state, input, output) {
    const seen = output?.before === undefined ? state : observe(state, output.before);
    if (seen === undefined) return REFUSED;
    if (input.kind !== "txn") return changed(seen, input, output);
    const { hasSucceeded } = output ?? {};
    return [
      ...(hasSucceeded === false ? REFUSED : afterSuccess(seen, input, output)),
      ...(hasSucceeded === true ? REFUSED : afterFailure(seen, input, output)),
    ];
  },
  isRead: (input, output) => changeMade(input, output) === "none",
  key({ present, reached }) {
    if (present === undefined) return `${reached}`;
    const { value, version, createRevision = "?", modRevision = "?" } = present;
    return `${reached} ${version} ${createRevision} ${modRevision} ${value}`;
  },
  describe: describeKeyValue,
  describeState: ({ present }) => describeKey(present ?? "absent"),
};

/** The state with what an answer showed of it; `undefined` if it cannot have shown that. */
function observe(state: KeyState, observed: ObservedKey | "absent"): KeyState | undefined {
  const { present } = state;
  if (observed === "absent" || present === undefined) {
    return observed === "absent" && present === undefined ? state : undefined;
  }
  const { value, version = present.version, createRevision, modRevision } = observed;
  if (value !== present.value || version !== present.version) return undefined;
  const modified = modRevision === undefined ? state : bind(state, present, { modRevision });
  if (createRevision === undefined || modified?.present === undefined) return modified;
  return bind(modified, modified.present, { createRevision });
}

/** Takes one of the numbers as known. A key of version 1 was created by its last change. */
function bind(
  state: KeyState,
  present: Present,
  known: { readonly createRevision: number } | { readonly modRevision: number },
): KeyState | undefined {
  const isSame = Object.entries(known).every(
    ([name, number]) => present[name as "createRevision" | "modRevision"] === number,
  );
  if (isSame) return state;
  const both = Object.values(known)[0] ?? 0;
  const wanted = present.version === 1 ? { createRevision: both, modRevision: both } : known;
  const next: Present = { ...present, ...wanted };
  if (contradicts(present.createRevision, next.createRevision)) return undefined;
  if (contradicts(present.modRevision, next.modRevision)) return undefined;
  const { createRevision = 0, modRevision = Infinity } = next;
  if (createRevision > modRevision) return undefined;
  if (present.modRevision === undefined && modRevision <= state.reached) return undefined;
  return { present: next, reached: Math.max(state.reached, next.modRevision ?? 0) };
}

function contradicts(known: number | undefined, next: number | undefined): boolean {
  return known !== undefined && known !== next;
}

type Txn = Extract<KeyValueInput, { readonly kind: "txn" }>;

function afterSuccess(
  state: KeyState,
  { compare, then }: Txn,
  output: KeyValueOutput | undefined,
): readonly KeyState[] {
  let held: KeyState | undefined = state;
  for (const comparison of compare) {
    if (held !== undefined) held = assume(held, comparison);
  }
  return held === undefined ? REFUSED : changed(held, then, output);
}

function afterFailure(
  state: KeyState,
  { compare, else: otherwise }: Txn,
  output: KeyValueOutput | undefined,
): readonly KeyState[] {
  const mayFail = compare.some((comparison) => {
    const number = numberOf(state, comparison);
    return number === undefined || number !== comparison.is;
  });
  return mayFail ? changed(state, otherwise, output) : REFUSED;
}

/** The state in which the comparison holds: this one, perhaps with a number bound. */
function assume(state: KeyState, comparison: KeyComparison): KeyState | undefined {
  const known = numberOf(state, comparison);
  if (known !== undefined) return known === comparison.is ? state : undefined;
  if (state.present === undefined || comparison.target === "value") return undefined;
  const { is } = comparison;
  return comparison.target === "modRevision"
    ? bind(state, state.present, { modRevision: is })
    : bind(state, state.present, { createRevision: is });
}

/** What a comparison looks at; `undefined` if nobody knows yet, or there is no value. */
function numberOf({ present }: KeyState, { target }: KeyComparison): string | number | undefined {
  if (target === "value") return present?.value;
  return present === undefined ? 0 : present[target];
}

/** The state after a change, if its answer can have been given then. */
function changed(
  { present, reached }: KeyState,
  change: KeyChange,
  output: KeyValueOutput | undefined,
): readonly KeyState[] {
  const { revision, hasDeleted } = output ?? {};
  const isDelete = change.kind === "delete";
  if (isDelete && hasDeleted !== undefined && hasDeleted !== (present !== undefined))
    return REFUSED;
  if (change.kind === "get" || (isDelete && present === undefined)) {
    return revision !== undefined && revision < reached ? REFUSED : [{ present, reached }];
  }
  if (revision !== undefined && revision <= reached) return REFUSED;
  const next = { reached: revision ?? reached };
  if (change.kind === "delete") return [{ ...next, present: undefined }];
  const version = (present?.version ?? 0) + 1;
  const createRevision = present === undefined ? revision : present.createRevision;
  const { value } = change;
  return [{ ...next, present: { value, version, createRevision, modRevision: revision } }];
}
