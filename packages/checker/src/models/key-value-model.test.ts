import { describe, expect, test } from "vitest";
import { judgeKeyValueHistory, type KeyValueHistory } from "../key-value-history.ts";
import { checkLinearizable } from "../linearizable.ts";
import { keyValueModel } from "./key-value-model.ts";
import type { KeyValueInput, KeyValueOutput } from "./key-value-operation.ts";

type Told = readonly [input: Omit<KeyValueInput, "key">, output?: KeyValueOutput | "unknown"];

/** Operations on one key, one after the other; those of unknown outcome stay open. */
function sequence(...told: readonly Told[]): KeyValueHistory {
  return told.map(([rest, output = {}], at) => {
    const input = { key: "k", ...rest } as KeyValueInput;
    const called = 2 * at;
    return output === "unknown"
      ? { client: 1, input, called }
      : { client: 1, input, called, returned: called + 1, output };
  });
}

const put = (value: string) => ({ kind: "put", value }) as const;
const get = { kind: "get" } as const;
const remove = { kind: "delete" } as const;
const found = (value: string, version: number, createRevision: number, modRevision: number) => ({
  before: { value, version, createRevision, modRevision },
});
const ifModified = (is: number) =>
  ({
    kind: "txn",
    compare: [{ target: "modRevision", is }],
    then: put("swapped"),
    else: get,
  }) as const;

describe("legal", () => {
  test.each<readonly [string, KeyValueHistory]>([
    ["a missing key", sequence([get, { before: "absent", revision: 1 }])],
    [
      "numbers of a key over its lives",
      sequence(
        [put("a"), { revision: 5 }],
        [get, found("a", 1, 5, 5)],
        [put("b"), { revision: 8 }],
        [get, { ...found("b", 2, 5, 8), revision: 9 }],
        [remove, { revision: 11, hasDeleted: true }],
        [remove, { revision: 11, hasDeleted: false }],
        [put("c"), { revision: 12 }],
        [get, found("c", 1, 12, 12)],
      ),
    ],
    [
      "a lost answer whose revision is learnt later",
      sequence(
        [put("a"), { revision: 5 }],
        [put("b"), "unknown"],
        [get, found("b", 2, 5, 7)],
        [get, found("b", 2, 5, 7)],
        [ifModified(7), { hasSucceeded: true, revision: 9 }],
        [get, found("swapped", 3, 5, 9)],
      ),
    ],
    [
      "a swap that binds a lost revision",
      sequence([put("a"), "unknown"], [ifModified(3), { hasSucceeded: true, revision: 4 }]),
    ],
    [
      "a swap whose answer was lost, done or not",
      sequence(
        [put("a"), { revision: 5 }],
        [ifModified(5), "unknown"],
        [get, found("a", 1, 5, 5)],
        [get, found("swapped", 2, 5, 6)],
      ),
    ],
    [
      "a creation where the key is absent",
      sequence(
        [ifModified(0), { hasSucceeded: true, revision: 2 }],
        [get, found("swapped", 1, 2, 2)],
      ),
    ],
  ])("%s", (_what, history) => {
    expect(judgeKeyValueHistory(history)).toMatchObject({ kind: "legal" });
  });
});

describe("illegal", () => {
  test.each<readonly [string, KeyValueHistory]>([
    ["a value lost", sequence([put("a"), { revision: 5 }], [get, { before: "absent" }])],
    ["a value too many", sequence([get, found("a", 1, 5, 5)])],
    ["a version skipped", sequence([put("a")], [get, { before: { value: "a", version: 2 } }])],
    ["another revision", sequence([put("a"), { revision: 5 }], [get, found("a", 1, 5, 6)])],
    [
      "two revisions of one change",
      sequence([put("a"), "unknown"], [get, found("a", 1, 5, 5)], [get, found("a", 1, 6, 6)]),
    ],
    [
      "a lost change below one before it",
      sequence(
        [put("a"), { revision: 5 }],
        [put("b"), { revision: 8 }],
        [put("c"), "unknown"],
        [get, { before: { value: "c", modRevision: 7 } }],
      ),
    ],
    [
      "a creation above the change",
      sequence([put("a"), "unknown"], [put("b"), { revision: 5 }], [get, found("b", 2, 6, 5)]),
    ],
    [
      "a first version not created by its change",
      sequence([put("a"), "unknown"], [get, found("a", 1, 4, 5)]),
    ],
    ["a change below the last", sequence([put("a"), { revision: 5 }], [put("b"), { revision: 5 }])],
    [
      "a swap of what was changed since",
      sequence(
        [put("a"), { revision: 5 }],
        [put("b"), { revision: 6 }],
        [ifModified(5), { hasSucceeded: true }],
      ),
    ],
    [
      "a swap refused without reason",
      sequence([put("a"), { revision: 5 }], [ifModified(5), { hasSucceeded: false }]),
    ],
    ["a deletion of nothing", sequence([remove, { hasDeleted: true, revision: 5 }])],
    ["a deletion that found nothing", sequence([put("a")], [remove, { hasDeleted: false }])],
    [
      "a replaced value that was not there",
      sequence([put("a")], [put("b"), { before: { value: "c" } }]),
    ],
    [
      "a read at a revision before the change",
      sequence([put("a"), { revision: 5 }], [get, { before: { value: "a" }, revision: 4 }]),
    ],
  ])("%s", (_what, history) => {
    expect(checkLinearizable(keyValueModel, history).kind).toBe("illegal");
    expect(judgeKeyValueHistory(history).kind).toBe("illegal");
  });
});
