import { expect, test } from "vitest";
import { UsageError } from "../usage-error.ts";
import { seedPlanOf } from "./seed-plan.ts";

test("a seed runs alone", () => {
  const plan = seedPlanOf({ seed: "7" }, 1000);

  expect(plan).toEqual({ first: 7, last: 7, forMs: Number.POSITIVE_INFINITY });
});

test("a range includes both ends", () => {
  const plan = seedPlanOf({ seeds: "3..5" }, 1000);

  expect(plan).toMatchObject({ first: 3, last: 5 });
});

test("minutes run fresh seeds until the time is over", () => {
  const plan = seedPlanOf({ minutes: "0.5" }, 1000);

  expect(plan).toEqual({ first: 1000, last: Number.POSITIVE_INFINITY, forMs: 30_000 });
});

test("minutes may begin at a given seed", () => {
  const plan = seedPlanOf({ seed: "7", minutes: "1" }, 1000);

  expect(plan).toMatchObject({ first: 7, last: Number.POSITIVE_INFINITY, forMs: 60_000 });
});

test.each([
  [{ seed: "1", seeds: "1..2" }, "not both"],
  [{ seeds: "1" }, "two numbers"],
  [{ seeds: "5..3" }, "from 5"],
  [{ seeds: "1..2..3" }, "two numbers"],
  [{ seed: "-1" }, "--seed"],
  [{ minutes: "0" }, "--minutes"],
  [{ minutes: "soon" }, "--minutes"],
])("%j is refused", (given, reason) => {
  expect(() => seedPlanOf(given, 1000)).toThrow(UsageError);
  expect(() => seedPlanOf(given, 1000)).toThrow(reason);
});
