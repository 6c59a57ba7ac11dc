import { expect, test } from "vitest";
import { RestartBackoff } from "./restart-backoff.ts";

test("a node that keeps failing is started at once, then ever later, up to ten seconds", () => {
  const backoff = new RestartBackoff();

  const delays = Array.from({ length: 9 }, () => backoff.next(10));

  expect(delays).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

test("a run of five seconds is forgiven all that was before it", () => {
  const backoff = new RestartBackoff();
  for (let failure = 0; failure < 5; failure++) backoff.next(10);

  expect(backoff.next(5_000)).toBe(0);
  expect(backoff.next(4_999)).toBe(200);
});

test("a pause stays finite however often a node fails", () => {
  const backoff = new RestartBackoff();
  for (let failure = 0; failure < 2_000; failure++) backoff.next(0);

  expect(backoff.next(0)).toBe(10_000);
});
