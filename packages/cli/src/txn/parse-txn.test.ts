import { expect, test } from "vitest";
import { parseTxn } from "./parse-txn.ts";
import { words } from "./words.ts";

test("a transaction has comparisons, what to do if they hold, and what if not", () => {
  const request = parseTxn(
    [
      'mod("key1") > "0"',
      'value("key 2") != "a \\"b\\""',
      "version(key3) = 0",
      'create("k") < "7"',
      'lease("k") = "1f"',
      "",
      'put key1 "over written"',
      "get key1",
      "",
      "del key1 --prefix",
      "get a z",
      "",
    ].join("\n"),
  );

  expect(request).toEqual({
    compare: [
      { key: "key1", is: "greater", modRevision: 0 },
      { key: "key 2", is: "not-equal", value: 'a "b"' },
      { key: "key3", is: "equal", version: 0 },
      { key: "k", is: "less", createRevision: 7 },
      { key: "k", is: "equal", lease: 31n },
    ],
    then: [
      { kind: "put", key: "key1", value: "over written" },
      { kind: "range", keys: "key1" },
    ],
    else: [
      { kind: "delete", keys: { prefix: "key1" } },
      { kind: "range", keys: { from: "a", to: "z" } },
    ],
  });
});

test("an empty section is one empty line", () => {
  expect(parseTxn("\nput a 1\n\n")).toEqual({
    compare: [],
    then: [{ kind: "put", key: "a", value: "1" }],
    else: [],
  });
});

test.each([
  { text: "mod(k) >> 1", says: "line 1: `mod(k) >> 1` is no comparison" },
  { text: "size(k) = 1", says: "line 1: `size` cannot be compared" },
  { text: "mod(k) = -1", says: 'line 1: "-1" is no whole number' },
  { text: "mod(k) = 9007199254740993", says: "is no whole number from 0 to 2^53 - 1" },
  { text: "\nput a", says: "line 2: put takes a key and a value" },
  { text: "\nput a b c", says: "line 2: put takes a key and a value" },
  { text: '\nput a "b', says: "line 2: a quote in" },
  { text: "\n\nwatch a", says: "line 3: `watch` is no request" },
  { text: "\n\nget a --limit", says: "line 3: get in a transaction has no --limit" },
  { text: '\ndel "" --prefix', says: "line 2: an empty prefix would delete every key" },
  { text: "\n\n\nput a 1", says: "line 4: a transaction has three sections" },
])("$text is refused with its line", ({ text, says }) => {
  expect(() => parseTxn(text)).toThrow(says);
});

test.each([
  { line: "a b", are: ["a", "b"] },
  { line: '  put   "a b"  "" ', are: ["put", "a b", ""] },
  { line: '"\\u0041\\n" x', are: ["A\n", "x"] },
  { line: "", are: [] },
])("the words of %j", ({ line, are }) => {
  expect(words(line)).toEqual(are);
});

test.each(['a"b', '"a', '"a"b', '"\\x"'])("the words of %s cannot be told", (line) => {
  expect(() => words(line)).toThrow();
});
