/** What a client asked of one key. */
export type KeyValueInput = { readonly key: string } & (
  | KeyChange
  | {
      readonly kind: "txn";
      /** Do all hold, it does `then`, otherwise `else`. */
      readonly compare: readonly KeyComparison[];
      readonly then: KeyChange;
      readonly else: KeyChange;
    }
);

export type KeyChange =
  | { readonly kind: "get" }
  | { readonly kind: "put"; readonly value: string }
  | { readonly kind: "delete" };

/** The key's value or number is this; numbers of a key that is absent are 0, and it has no value. */
export type KeyComparison =
  | { readonly target: "value"; readonly is: string }
  | { readonly target: "version" | "createRevision" | "modRevision"; readonly is: number };

/** A key as an answer showed it; what the recorder did not see is absent. */
export interface ObservedKey {
  readonly value: string;
  readonly version?: number | undefined;
  readonly createRevision?: number | undefined;
  readonly modRevision?: number | undefined;
}

/** What a client was answered; what the recorder did not see is absent. */
export interface KeyValueOutput {
  /** The header's: of a change its own, otherwise the store's when it was answered. */
  readonly revision?: number | undefined;
  /** The key as it was before: what a get read, or what a change replaced. */
  readonly before?: ObservedKey | "absent" | undefined;
  /** Of a delete: whether there was something to delete. */
  readonly hasDeleted?: boolean | undefined;
  /** Of a transaction: whether its comparisons held. */
  readonly hasSucceeded?: boolean | undefined;
}

/** What an operation did to the key, as far as its answer tells; `undefined` if it does not tell. */
export function changeMade(
  input: KeyValueInput,
  output: KeyValueOutput | undefined,
): "none" | "changed" | undefined {
  const change = branchTaken(input, output);
  switch (change?.kind) {
    case undefined:
      return undefined;
    case "get":
      return "none";
    case "put":
      return "changed";
    case "delete":
      return hasDeleted(output);
  }
}

/** An operation and its answer in a few words. */
export function describeKeyValue(input: KeyValueInput, output: KeyValueOutput | undefined): string {
  return `${describeInput(input)} → ${output === undefined ? "?" : describeOutput(output)}`;
}

/** A key in a few words. */
export function describeKey(observed: ObservedKey | "absent"): string {
  if (observed === "absent") return "absent";
  const { value, version = "?", createRevision = "?", modRevision = "?" } = observed;
  return `${JSON.stringify(value)} (version ${version}, created ${createRevision}, modified ${modRevision})`;
}

function branchTaken(
  input: KeyValueInput,
  output: KeyValueOutput | undefined,
): KeyChange | undefined {
  if (input.kind !== "txn") return input;
  if (output?.hasSucceeded === undefined) return undefined;
  return output.hasSucceeded ? input.then : input.else;
}

function hasDeleted(output: KeyValueOutput | undefined): "none" | "changed" | undefined {
  if (output?.hasDeleted !== undefined) return output.hasDeleted ? "changed" : "none";
  if (output?.before === undefined) return undefined;
  return output.before === "absent" ? "none" : "changed";
}

function describeInput(input: KeyValueInput): string {
  if (input.kind !== "txn") return describeChange(input, input.key);
  const guards = input.compare.map(({ target, is }) => `${target} = ${JSON.stringify(is)}`);
  return `${input.key}: if ${guards.join(" and ")} then ${describeChange(input.then, "it")} else ${describeChange(input.else, "it")}`;
}

function describeChange(change: KeyChange, key: string): string {
  return change.kind === "put"
    ? `put ${key} ${JSON.stringify(change.value)}`
    : `${change.kind} ${key}`;
}

function describeOutput(output: KeyValueOutput): string {
  const { hasSucceeded, hasDeleted, before, revision } = output;
  const parts = [
    ...(hasSucceeded === undefined ? [] : [hasSucceeded ? "then" : "else"]),
    ...(hasDeleted === undefined ? [] : [hasDeleted ? "deleted" : "nothing deleted"]),
    ...(before === undefined ? [] : [`found ${describeKey(before)}`]),
    ...(revision === undefined ? [] : [`at revision ${revision}`]),
  ];
  return parts.length === 0 ? "done" : parts.join(", ");
}
