import { type Clock, SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { RedialTimer } from "./redial-timer.ts";

test("pauses are short for a second, then grow to the longest, with at most a fifth by chance", () => {
  const { timer, pauses, fire } = timerOf();

  for (let dial = 0; dial < 30; dial++) {
    timer.start();
    fire();
  }

  expect(pauses[0]).toBe(5);
  expect(pauses.slice(1, 21).filter((pause) => pause < 50 || pause >= 60)).toEqual([]);
  expect(pauses[21]).toBeGreaterThanOrEqual(100);
  expect(pauses.slice(23).filter((pause) => pause < 400 || pause >= 480)).toEqual([]);
});

test("a second start changes nothing while a dial is pending, and stop ends it", () => {
  const { timer, pauses } = timerOf();

  timer.start();
  timer.start();
  expect(timer.isPending).toBe(true);
  timer.stop();

  expect(pauses).toHaveLength(1);
  expect(timer.isPending).toBe(false);
});

test("a refusal makes the next pause the longest, a connection the shortest again", () => {
  const { timer, pauses, fire } = timerOf();

  timer.slowDown();
  timer.start();
  fire();
  timer.restart();
  timer.start();

  expect(pauses[0]).toBeGreaterThanOrEqual(400);
  expect(pauses[1]).toBe(5);
});

test("whoever refused on purpose and then took a connection is dialled quickly again, but not at once", () => {
  const { timer, pauses, fire } = timerOf();

  timer.slowDown();
  timer.start();
  fire();
  timer.quicken();
  timer.start();

  expect(pauses[0]).toBeGreaterThanOrEqual(400);
  expect(pauses[1]).toBeGreaterThanOrEqual(50);
  expect(pauses[1]).toBeLessThan(60);
});

function timerOf(): {
  readonly timer: RedialTimer;
  readonly pauses: readonly number[];
  readonly fire: () => void;
} {
  const pauses: number[] = [];
  let pending: (() => void) | undefined;
  const clock: Clock = {
    now: () => 0,
    timer: (delayMs, fire) => {
      pauses.push(delayMs);
      pending = fire;
      return () => {
        pending = undefined;
      };
    },
  };
  const limits = { redialMs: 50, redialMsMax: 400 };
  const timer = new RedialTimer({ limits, clock, random: new SeededRandom(5) }, () => undefined);
  return { timer, pauses, fire: () => pending?.() };
}
