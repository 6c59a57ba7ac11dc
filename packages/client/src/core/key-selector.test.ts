import { expect, test } from "vitest";
import { toKey, toKeyRange } from "./key-selector.ts";

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

test.each([
  { selector: "a", key: [97], rangeEnd: [] },
  { selector: { prefix: "a" }, key: [97], rangeEnd: [98] },
  { selector: { prefix: bytes(1, 0xff) }, key: [1, 0xff], rangeEnd: [2] },
  { selector: { prefix: bytes(0xff, 0xff) }, key: [0xff, 0xff], rangeEnd: [0] },
  { selector: { prefix: "" }, key: [0], rangeEnd: [0] },
  { selector: { from: "a", to: "c" }, key: [97], rangeEnd: [99] },
  { selector: { from: "a" }, key: [97], rangeEnd: [0] },
  { selector: { from: "" }, key: [0], rangeEnd: [0] },
])("$selector is the range $key to $rangeEnd", ({ selector, key, rangeEnd }) => {
  const range = toKeyRange(selector);

  expect([...range.key]).toEqual(key);
  expect([...range.rangeEnd]).toEqual(rangeEnd);
});

test.each([[{ from: "b", to: "a" }], [{ from: "b", to: "b" }], [{ from: "b", to: "" }]])(
  "%j is refused, for it ends before it begins",
  (selector) => {
    expect(() => toKeyRange(selector)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  },
);

test("an empty key is refused before it is sent", () => {
  expect(() => toKey("")).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT", outcome: "not-applied" }),
  );
});
