import { expect, onTestFinished, test } from "vitest";
import { EventLoopDelay } from "./event-loop-delay.ts";

function block(forMs: number): void {
  const end = performance.now() + forMs;
  while (performance.now() < end);
}

test("a blocked event loop shows until the window is reset", async () => {
  const delay = new EventLoopDelay();
  delay.start();
  onTestFinished(() => delay.stop());
  await expect.poll(() => delay.read().max).toBeGreaterThan(0);

  block(120);
  await expect.poll(() => delay.read().max).toBeGreaterThan(0.08);
  const late = delay.read();
  delay.reset();

  expect(late.max).toBeGreaterThanOrEqual(late.p99);
  expect(late.p99).toBeGreaterThanOrEqual(late.p50);
  expect(delay.read().max).toBeLessThan(late.max);
});
