import fc from "fast-check";
import { expect, test } from "vitest";
import { queries } from "../../test/arbitraries.ts";
import { drive, SortedRows } from "../../test/memory-rows.ts";
import { plain } from "../../test/test-store.ts";
import {
  decodeQueries,
  decodeRangeResults,
  decodeResults,
  encodeQueries,
  encodeRangeResults,
  encodeRangeResultsSteps,
  encodeResults,
  isReadRefusal,
  MalformedCommandError,
  type OperationResult,
  type RangeResult,
} from "../index.ts";
import { compactedRefusal, futureRefusal } from "../refusal.ts";

test("queries are decoded as they were encoded", () => {
  fc.assert(
    fc.property(fc.array(queries, { maxLength: 4 }), (list) => {
      expect(plain(decodeQueries(encodeQueries(list)))).toEqual(plain(list));
    }),
  );
});

test("a refused query stands among answered ones", () => {
  const found = { revision: 9, kvs: [], more: false, count: 0 };

  const answers = decodeRangeResults(
    encodeRangeResults([found, compactedRefusal(4), futureRefusal()]),
  );

  expect(answers).toEqual([found, compactedRefusal(4), futureRefusal()]);
  expect(answers.map(isReadRefusal)).toEqual([false, true, true]);
});

test.each<[string, OperationResult]>([
  ["a compaction", { kind: "compact", revision: 7 }],
  [
    "too many deletions",
    { kind: "failed", revision: 7, failure: { reason: "too-many-deletions" } },
  ],
])("the answer to %s is of version 2, and malformed in a message of version 1", (_, result) => {
  const bytes = encodeResults([result]);

  expect(bytes[0]).toBe(2);
  expect(decodeResults(bytes)).toEqual([result]);
  expect(() => decodeResults(Uint8Array.of(1, ...bytes.subarray(1)))).toThrow(
    MalformedCommandError,
  );
});

/** How many pairs of how many bytes each answers have; few, or more than a slice takes. */
const shapes = fc.array(
  fc.oneof(
    fc.record({ pairs: fc.nat(3), bytes: fc.nat(40) }),
    fc.record({ pairs: fc.integer({ min: 900, max: 2500 }), bytes: fc.nat(3) }),
    fc.record({ pairs: fc.nat(9), bytes: fc.constant(300_000) }),
  ),
  { maxLength: 20 },
);

test("answers encoded in slices are those encoded at once, and no slice is long", () => {
  fc.assert(
    fc.property(shapes, (list) => {
      const answers = [futureRefusal(), ...list.map(rangeOf)];
      const needs: string[] = [];

      const bytes = drive(encodeRangeResultsSteps(answers), new SortedRows(), ({ kind }) =>
        needs.push(kind),
      );

      expect(Buffer.compare(bytes, encodeRangeResults(answers))).toBe(0);
      const pairs = list.reduce((sum, shape) => sum + shape.pairs, 0);
      expect(needs.length).toBeGreaterThanOrEqual(Math.floor(pairs / 2048));
    }),
    { numRuns: 40 },
  );
});

test.each([
  ["results", decodeResults],
  ["range results", decodeRangeResults],
  ["queries", decodeQueries],
])("any bytes are decoded as %s or refused", (_, decode) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, framed) => {
      const input = framed ? Uint8Array.of(1, 0x91, ...bytes) : bytes;
      try {
        expect(Array.isArray(decode(input))).toBe(true);
      } catch (failure) {
        expect(failure).toBeInstanceOf(MalformedCommandError);
      }
    }),
    { numRuns: 1000 },
  );
});

function rangeOf(shape: { readonly pairs: number; readonly bytes: number }): RangeResult {
  const kvs = Array.from({ length: shape.pairs }, (_, at) => ({
    key: Uint8Array.of(at >>> 8, at & 255),
    value: new Uint8Array(shape.bytes).fill(at),
    createRevision: at,
    modRevision: 2 ** 33 + at,
    version: 1,
    lease: at % 3 === 0 ? 7n : 0n,
  }));
  return { revision: 2 ** 34, kvs, more: shape.bytes === 1, count: shape.pairs };
}
