import { expect, test, vi } from "vitest";
import { NodeClock } from "./node-clock.ts";

const clock = new NodeClock();

test("a timer of more than Node counts at once is set to as much as it counts", () => {
  const set = vi.spyOn(globalThis, "setTimeout");
  const cancel = clock.timer(2 ** 32, () => undefined);
  const told = set.mock.calls.map(([, delayMs]) => delayMs);
  set.mockRestore();
  cancel();

  // Longer ones are fired after 1 ms, with a warning, and so again and again.
  expect(told).toEqual([2 ** 31 - 1]);
});
