import { expect, test } from "vitest";
import {
  bigintOf,
  limitOf,
  lowerBoundOf,
  revisionOf,
  upperBoundOf,
  wireNumber,
} from "./safe-integer.ts";

const INT64_MAX = "9223372036854775807";
const INT64_MIN = "-9223372036854775808";

test("a revision keeps its sign, and all its digits up to 2^53 - 1", () => {
  const given = ["0", "-1", "9007199254740991"];

  expect(given.map(revisionOf)).toEqual([0, -1, Number.MAX_SAFE_INTEGER]);
});

test.each(["9007199254740992", "9007199254740993", INT64_MAX])(
  "revision %s is one of the future, not rounded",
  (text) => {
    expect(revisionOf(text)).toBe(Number.MAX_SAFE_INTEGER);
  },
);

test("a revision far below 0 is one of the past", () => {
  expect(revisionOf(INT64_MIN)).toBe(Number.MIN_SAFE_INTEGER);
});

test("a limit beyond what a number can say cuts nothing off", () => {
  expect(limitOf(INT64_MAX)).toBe(Number.MAX_SAFE_INTEGER);
  expect(limitOf("-5")).toBe(0);
  expect(limitOf("7")).toBe(7);
});

test("a lower bound below 0 lets all revisions pass, and is one", () => {
  expect(lowerBoundOf("-1")).toBe(1);
  expect(lowerBoundOf("0")).toBe(0);
  expect(lowerBoundOf("12")).toBe(12);
});

test("an upper bound below 0 lets no revision pass", () => {
  expect(upperBoundOf("-1")).toBe(1);
  expect(upperBoundOf("0")).toBe(0);
  expect(upperBoundOf("12")).toBe(12);
});

test("leases go through the wire with all their 64 bits", () => {
  expect(bigintOf(INT64_MAX)).toBe(9223372036854775807n);
  expect(wireNumber(bigintOf(INT64_MIN))).toBe(INT64_MIN);
  expect(wireNumber(0n)).toBe(0);
});
