import { expect, test } from "vitest";
import { UsageError } from "../usage-error.ts";
import { exploreBoundsOf } from "./explore-bounds.ts";

test("what is not named is as usual", () => {
  expect(exploreBoundsOf("terms=3,crashes=0")).toEqual({
    ...exploreBoundsOf(undefined),
    terms: 3,
    crashes: 0,
  });
});

test.each([
  ["term=3", 'not "term"'],
  ["toString=3", 'not "toString"'],
  ["terms", "--bounds terms"],
  ["terms=0", "--bounds terms"],
  ["messages=7", "--bounds messages"],
  ["", 'not ""'],
])("%j is refused", (text, reason) => {
  expect(() => exploreBoundsOf(text)).toThrow(UsageError);
  expect(() => exploreBoundsOf(text)).toThrow(reason);
});
