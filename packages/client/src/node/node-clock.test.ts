import { expect, onTestFinished, test, vi } from "vitest";
import { NodeClock } from "./node-clock.ts";

const clock = new NodeClock();

test("a timer of more than Node counts at once neither fires early nor is looked at all the time", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const farMs = 2 ** 32;
  let fired = false;
  clock.timer(farMs, () => {
    fired = true;
  });
  const looks = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => looks.mockRestore());

  vi.advanceTimersByTime(1000);
  expect(looks).not.toHaveBeenCalled();
  vi.advanceTimersByTime(farMs - 1001);
  expect(fired).toBe(false);
  vi.advanceTimersByTime(10);

  expect(fired).toBe(true);
  expect(looks.mock.calls.length).toBeLessThan(10);
});
