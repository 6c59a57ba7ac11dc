import { setImmediate as immediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { NodeClock } from "./node-clock.ts";

const clock = new NodeClock();

test("a timer of more than Node counts at once is set in parts, and fires when the last is over", async () => {
  let now = 0;
  const set: { readonly look: () => void; readonly delayMs: number }[] = [];
  // Put back before anything else can ask: other tests share this process.
  const time = vi.spyOn(performance, "now").mockImplementation(() => now);
  const timeouts = vi
    .spyOn(globalThis, "setTimeout")
    .mockImplementation(((look: () => void, delayMs: number) =>
      set.push({ look, delayMs })) as never);
  let fired = 0;
  clock.timer(2 ** 32, () => fired++);
  for (const { look, delayMs } of set) {
    now += delayMs;
    look();
  }
  time.mockRestore();
  timeouts.mockRestore();
  await immediate();

  // Longer ones are fired after 1 ms, with a warning, and so again and again.
  expect(set.map(({ delayMs }) => delayMs)).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 2]);
  expect(fired).toBe(1);
});
