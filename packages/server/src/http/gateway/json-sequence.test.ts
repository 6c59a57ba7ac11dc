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
    Array.from(sequence.push(text));
    sequence.end();
  }).toThrow(JsonSequenceError);
});

test.each([1, 7, 300])("an object without end, in pieces of %d, is not kept", (size) => {
  const sequence = new JsonSequence(100);
  const text = `{"a":"${"x".repeat(200)}`;
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );

  expect(() => {
    for (const piece of pieces) Array.from(sequence.push(piece));
  }).toThrow("a request of more than 100 characters");
});

test.each([
  ["objects", "{}"],
  ["numbers", "1"],
  ["arrays", "[]"],
])("a request of very many %s is not parsed, and those before it are", (_, value) => {
  const many = `{"a":[${`${value},`.repeat(150_000)}1]}`;
  const found: unknown[] = [];
  const sequence = new JsonSequence(Number.POSITIVE_INFINITY);

  expect(() => {
    for (const object of sequence.push(`{"a":"${",{[".repeat(150_000)}"} ${many}`)) {
      found.push(object);
    }
  }).toThrow("a request of more than 131072 values");
  expect(found).toHaveLength(1);
});

test("values are counted for each request by itself", () => {
  const many = `{"a":[${"1,".repeat(100_000)}1]}`;
  const sequence = new JsonSequence(Number.POSITIVE_INFINITY);

  expect(Array.from(sequence.push(`${many}${many}`))).toHaveLength(2);
});

test("objects are found when they are asked for", () => {
  const [first] = new JsonSequence(100).push('{"a":1}{1}');

  expect(first).toEqual({ a: 1 });
});
