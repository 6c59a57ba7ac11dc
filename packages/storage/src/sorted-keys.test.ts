import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedKeys } from "./sorted-keys.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "c", "\xff"), maxLength: 8 });

test("keys come in order from any place in both directions, whatever was added and removed", () => {
  const given = fc.array(fc.record({ key, remove: fc.boolean() }), {
    maxLength: 3_000,
    minLength: 500,
  });
  fc.assert(
    fc.property(given, key, key, (changes, from, to) => {
      const keys = new SortedKeys();
      const model = new Set<string>();
      for (const { key: one, remove } of changes) {
        if (model.has(one) && remove) {
          keys.remove(one);
          model.delete(one);
        } else if (!model.has(one)) {
          keys.add(one);
          model.add(one);
        }
      }
      const range = [...model].filter((one) => one >= from && one < to).sort();

      expect(keys.size).toBe(model.size);
      expect(walk(keys, { from, to, reverse: false })).toEqual(range);
      expect(walk(keys, { from, to, reverse: true })).toEqual(range.reverse());
    }),
    { numRuns: 60 },
  );
});

test("ten thousand ascending keys keep their order", () => {
  const keys = new SortedKeys();
  const all = Array.from({ length: 10_000 }, (_, at) => at.toString().padStart(6, "0"));

  for (const one of all) keys.add(one);

  expect(walk(keys, { from: "", to: "z", reverse: false })).toEqual(all);
});

function walk(
  keys: SortedKeys,
  range: { readonly from: string; readonly to: string; readonly reverse: boolean },
): readonly string[] {
  const seen: string[] = [];
  for (const cursor = keys.cursor(range); cursor.key !== undefined; cursor.next()) {
    seen.push(cursor.key);
  }
  return seen;
}
