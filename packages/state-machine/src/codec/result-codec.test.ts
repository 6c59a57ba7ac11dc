import fc from "fast-check";
import { expect, test } from "vitest";
import { queries } from "../../test/arbitraries.ts";
import { plain } from "../../test/test-store.ts";
import {
  decodeQueries,
  decodeRangeResults,
  decodeResults,
  encodeQueries,
  encodeRangeResults,
  isReadRefusal,
  MalformedCommandError,
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
