import { expect, test } from "vitest";
import { isSingleKey, selectKeys } from "./key-arguments.ts";

test.each([
  { key: "a", options: {}, keys: "a", single: true },
  { key: "a", options: { prefix: true }, keys: { prefix: "a" }, single: false },
  { key: "", options: { prefix: true }, keys: { prefix: "" }, single: false },
  { key: "a", options: { range: "c" }, keys: { from: "a", to: "c" }, single: false },
  { key: "a", options: { fromKey: true }, keys: { from: "a" }, single: false },
])("$key with $options means $keys", ({ key, options, keys, single }) => {
  expect(selectKeys(key, options)).toEqual(keys);
  expect(isSingleKey(options)).toBe(single);
});

test("options that contradict one another are refused", () => {
  expect(() => selectKeys("a", { prefix: true, range: "c" })).toThrow("only one of");
});

test("an empty key is refused, and what was perhaps meant is named", () => {
  expect(() => selectKeys("", {})).toThrow('--prefix "" means every key');
});
