import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigurationSet } from "./configuration-set.ts";

/** The first word tells the length, as the set demands. */
const sequence = fc
  .array(fc.constantFrom(0, 1, -1, 2 ** 31 - 1), { minLength: 1, maxLength: 4 })
  .map((words) => [words.length, ...words]);

test("it tells new sequences from known ones as a set of strings does", () => {
  fc.assert(
    fc.property(fc.array(sequence, { maxLength: 400, size: "max" }), (sequences) => {
      const set = new ConfigurationSet(0);
      const strings = new Set<string>();
      for (const words of sequences) {
        const isNew = !strings.has(words.join());
        strings.add(words.join());

        expect(set.add(Int32Array.from(words), words.length)).toBe(isNew);
      }
      expect(set.size).toBe(strings.size);
    }),
  );
});

test("it keeps sequences apart whose hashes are equal, in a few bytes each", () => {
  const set = new ConfigurationSet(0);
  const words = new Int32Array(3);
  // So many that some ten share a hash of 32 bits.
  for (let number = 0; number < 300_000; number++) {
    words.set([3, number % 500, Math.floor(number / 500)]);
    set.add(words, 3);
  }

  words.set([3, 499, 599]);
  expect(set.size).toBe(300_000);
  expect(set.add(words, 3)).toBe(false);
  expect(set.bytes).toBeLessThan(50 * 300_000);
});

test("it takes in nothing that is covered by a sequence that used less", () => {
  const head = [7, 7];
  const used = fc.integer({ min: 0, max: 15 });
  fc.assert(
    fc.property(fc.array(fc.tuple(used, used), { maxLength: 60 }), (pairs) => {
      const set = new ConfigurationSet(2);
      const known: (readonly [number, number])[] = [];
      for (const [a, b] of pairs) {
        const isCovered = known.some(([c, d]) => (c & ~a) === 0 && (d & ~b) === 0);
        if (!isCovered) known.push([a, b]);

        expect(set.add(Int32Array.from([...head, a, b]), 4)).toBe(!isCovered);
      }
    }),
  );
});
