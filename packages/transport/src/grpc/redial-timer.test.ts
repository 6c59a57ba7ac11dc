import type { Cancel, Clock } from "@holdfast/base";
import { SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { RedialTimer } from "./redial-timer.ts";

/** Fires each timer at once and remembers how long it would have been. */
class EagerClock implements Clock {
  readonly pauses: number[] = [];

  now(): number {
    return 0;
  }

  timer(delayMs: number, fire: () => void): Cancel {
    this.pauses.push(delayMs);
    fire();
    return () => undefined;
  }
}

function timer() {
  const clock = new EagerClock();
  const limits = { redialMs: 50, redialMsMax: 400 };
  const redial = new RedialTimer({ limits, clock, random: new SeededRandom(1) }, () => undefined);
  // An eager clock fires before the timer is noted as pending.
  const pause = (): number => {
    redial.start();
    redial.stop();
    return clock.pauses.at(-1) ?? Number.NaN;
  };
  return { redial, pause };
}

test("whoever refused on purpose and then took a connection is dialled quickly again when it breaks", () => {
  const { redial, pause } = timer();
  redial.slowDown();
  expect(pause()).toBeGreaterThanOrEqual(400);

  redial.quicken();

  expect(pause()).toBeLessThan(70);
});

test("a connection that was taken is no reason to dial without any pause", () => {
  const { redial, pause } = timer();
  pause();
  redial.quicken();

  expect(pause()).toBeGreaterThanOrEqual(50);
});
