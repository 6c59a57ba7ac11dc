import fc from "fast-check";
import { expect, test } from "vitest";
import { median, percentile } from "./percentile.ts";

test.each([
  { values: [1, 2, 3, 4], percent: 50, is: 2 },
  { values: [1, 2, 3, 4], percent: 51, is: 3 },
  { values: [4, 1, 3, 2], percent: 100, is: 4 },
  { values: [7], percent: 1, is: 7 },
])("percentile $percent of $values is $is", ({ values, percent, is }) => {
  expect(percentile(values, percent)).toBe(is);
});

test("the 99th percentile of twenty values is the greatest", () => {
  const values = Array.from({ length: 20 }, (_, at) => at);

  expect(percentile(values, 99)).toBe(19);
});

test("at least so many values do not exceed a percentile, and fewer lie below it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { minLength: 1 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const rank = percentile(values, percent);
        const share = (percent / 100) * values.length;

        expect(values.filter((value) => value <= rank).length).toBeGreaterThanOrEqual(share);
        expect(values.filter((value) => value < rank).length).toBeLessThan(share);
      },
    ),
  );
});

test.each([
  { values: [3, 1, 2], is: 2 },
  { values: [4, 1, 2, 3], is: 2.5 },
])("the median of $values is $is", ({ values, is }) => {
  expect(median(values)).toBe(is);
});

test("nothing has no percentile", () => {
  expect(percentile([], 50)).toBeNaN();
  expect(() => percentile([1], 0)).toThrow(RangeError);
});
