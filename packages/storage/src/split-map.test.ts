import { type ByteString, below, SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { partOf, SplitMap } from "./split-map.ts";

function keyOf(at: number): ByteString {
  return `key/${String(at).padStart(9, "0")}` as ByteString;
}

test.each([0, 65_530, 200_000])("with %i entries it does what a Map does", (filled) => {
  const random = new SeededRandom(filled);
  const map = new SplitMap<number>();
  const model = new Map<ByteString, number>();
  const put = (key: ByteString, value: number) => {
    map.set(key, value);
    model.set(key, value);
  };
  for (let at = 0; at < filled; at++) put(keyOf(at), at);
  const found: (readonly [unknown, unknown])[] = [];
  for (let step = 0; step < 5_000; step++) {
    const key = keyOf(below(random, filled + 100));
    const looked = keyOf(below(random, filled + 100));
    if (below(random, 3) > 0) put(key, step);
    else found.push([map.delete(key), model.delete(key)]);
    found.push([map.get(looked), model.get(looked)], [map.size, model.size]);
  }
  expect(found.filter(([is, should]) => is !== should)).toEqual([]);
  expect(new Map(map.entries())).toEqual(model);
});

test("keys that count are spread over all parts alike", () => {
  const sizes = new Map<number, number>();
  for (let at = 0; at < 64_000; at++) {
    const part = partOf(keyOf(at));
    sizes.set(part, (sizes.get(part) ?? 0) + 1);
  }

  expect(sizes.size).toBe(64);
  expect(Math.max(...sizes.values())).toBeLessThan(2_000);
});
