import { expect, test } from "vitest";
import { CatchUp } from "./catch-up.ts";

const withinMs = 1000;

test("a round ends when what the log held at its beginning has arrived", () => {
  const catchUp = new CatchUp(10, 0);
  expect(catchUp.answered(9, { lastIndex: 20, now: 100, withinMs })).toBe(false);
  expect(catchUp.answered(10, { lastIndex: 20, now: 200, withinMs })).toBe(true);
  expect(catchUp.answered(19, { lastIndex: 30, now: 300, withinMs })).toBe(false);
});

test("a round as long as an election timeout is too long, and the next one begins", () => {
  const catchUp = new CatchUp(10, 0);
  expect(catchUp.answered(10, { lastIndex: 20, now: 1000, withinMs })).toBe(false);
  expect(catchUp.answered(20, { lastIndex: 30, now: 2100, withinMs })).toBe(false);
  expect(catchUp.answered(30, { lastIndex: 40, now: 3000, withinMs })).toBe(true);
});

test("who answers again after a long silence has to show it anew", () => {
  const catchUp = new CatchUp(10, 0);
  expect(catchUp.answered(10, { lastIndex: 10, now: 60_000, withinMs })).toBe(false);
  expect(catchUp.answered(10, { lastIndex: 10, now: 60_100, withinMs })).toBe(true);
});
