import { expect, test } from "vitest";
import { JsonSequence, JsonSequenceError } from "./json-sequence.ts";

test("objects are found one behind the other, however they are cut", () => {
  const objects = [{ a: { b: '}{"' } }, { c: ["\\", '"'] }, {}, { d: "ü" }];
  const text = objects.map((one) => JSON.stringify(one)).join(" \n");

  for (let size = 1; size < text.length; size++) {
    const sequence = new JsonSequence(1000);
    const found: unknown[] = [];
    for (let at = 0; at < text.length; at += size)
      found.push(...sequence.push(text.slice(at, at + size)));
    sequence.end();
    expect(found).toEqual(objects);
  }
});

test.each(["{", '{"a":"}', "}", "nonsense", "[{}", "{1}", "{}]"])("%j is refused", (text) => {
  const sequence = new JsonSequence(1000);

  expect(() => {
    sequence.push(text);
    sequence.end();
  }).toThrow(JsonSequenceError);
});

test("an object without end is not kept", () => {
  const sequence = new JsonSequence(100);

  expect(() => sequence.push(`{"a":"${"x".repeat(200)}`)).toThrow(JsonSequenceError);
});
