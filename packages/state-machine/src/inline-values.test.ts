import { toByteString } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { put, queryOf, TestStore, type TestStoreOptions } from "../test/test-store.ts";
import { AnswerBudget, AnswerTooLargeError, type RangeQuery, rangeSteps } from "./index.ts";
import { decodeCurrent, INLINE_VALUE_BYTES } from "./rows/current-row.ts";
import { currentKey } from "./rows/row-layout.ts";

const KEYS = ["a", "b", "c", "d"];
const SIZE = 300;

function storeOf(valueBytes: number, options: TestStoreOptions): TestStore {
  const store = TestStore.opened(options);
  for (const key of KEYS) store.do(put(key, key.repeat(valueBytes)));
  return store;
}

function inlineBytes({ machine, rows }: TestStore): number | undefined {
  const row = rows.published.get(currentKey(machine.layout, "a"));
  return row === undefined ? -1 : decodeCurrent(row).value?.length;
}

describe("a value stands with its key", () => {
  test.each([
    ["as many as are set", 100, { inlineBytesMax: 100 }],
    ["none, and has none", 0, { inlineBytesMax: 0 }],
    ["the default", INLINE_VALUE_BYTES, {}],
  ])("up to exactly so many bytes: %s", (_what, bytesMax, options) => {
    expect(inlineBytes(storeOf(bytesMax, options))).toBe(bytesMax);
    expect(inlineBytes(storeOf(bytesMax + 1, options))).toBeUndefined();
  });

  test("or not, and is read the same, also once the limit is another", () => {
    for (const inlineBytesMax of [0, SIZE]) {
      const store = storeOf(SIZE, { inlineBytesMax });
      const other = store.restarted({ inlineBytesMax: SIZE - inlineBytesMax });

      const kvs = other.range({ from: "a" });

      expect(kvs).toMatchObject({ kvs: [{ modRevision: 2 }] });
      expect("kvs" in kvs && toByteString(kvs.kvs[0]?.value ?? new Uint8Array(0))).toBe(
        "a".repeat(SIZE),
      );
    }
  });
});

describe("what an answer weighs does not depend on where values stand", () => {
  const byValue = { sortTarget: "value", sortOrder: "descend" } as const;

  test.each<[string, Partial<RangeQuery>]>([
    ["a range", {}],
    ["a range with a limit", { limit: 2 }],
    ["a range of keys", { keysOnly: true }],
    ["a range ordered by value", byValue],
    ["the greatest value", { ...byValue, limit: 1 }],
    ["keys ordered by value", { ...byValue, keysOnly: true }],
    ["the key of the greatest value", { ...byValue, keysOnly: true, limit: 1 }],
    ["the first by key, ordered by value", { sortTarget: "value", limit: 2 }],
    ["the newest", { sortTarget: "mod", sortOrder: "descend", limit: 2 }],
  ])("%s", (_what, query) => {
    const [none, all] = [0, SIZE].map((inlineBytesMax) =>
      weightOf(storeOf(SIZE, { inlineBytesMax }), query),
    );

    expect(all).toBe(none);
  });
});

/** The least budget that the answer fits into. */
function weightOf({ machine, rows }: TestStore, query: Partial<RangeQuery>): number {
  const whole = queryOf({ from: "\0", to: "\0", ...query });
  for (let bytes = 0; ; bytes++) {
    try {
      rows.read(rangeSteps(whole, machine.point, machine.layout, new AnswerBudget(bytes)));
      return bytes;
    } catch (failure) {
      if (!(failure instanceof AnswerTooLargeError)) throw failure;
    }
  }
}
