import { setImmediate as immediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { SystemClock } from "./system-clock.ts";
import { SystemRandom } from "./system-random.ts";
import { SystemTurn } from "./system-turn.ts";

const clock = new SystemClock();

test("time never falls and a timer does not fire early, wherever in a millisecond it is set", async () => {
  for (let part = 0; part < 50; part++) {
    // Node counts whole milliseconds: one set at the end of a millisecond is the one that may come early.
    const setAt = Math.ceil(clock.now()) + part / 50;
    while (clock.now() < setAt);
    const due = clock.now() + 3;
    const fired = await new Promise<number>((resolve) => {
      clock.timer(3, () => resolve(clock.now()));
    });

    expect(fired).toBeGreaterThanOrEqual(due);
  }
});

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

test("a due timer lets what is ready be handled first", async () => {
  const order: string[] = [];
  const fired = new Promise<void>((resolve) => {
    clock.timer(1, () => {
      order.push("timer");
      resolve();
    });
  });
  const blockedUntil = clock.now() + 10;
  while (clock.now() < blockedUntil);
  setImmediate(() => order.push("input"));

  await fired;

  expect(order).toEqual(["input", "timer"]);
});

test("a cancelled timer does not fire, even once it is due", async () => {
  let fired = false;
  const cancel = clock.timer(0, () => {
    fired = true;
  });
  const sibling = new Promise<void>((resolve) => {
    setTimeout(() => {
      cancel();
      resolve();
    }, 1);
  });
  // Both are due in the same turn, wherever the milliseconds fell between them.
  for (const since = performance.now(); performance.now() - since < 5; );

  await sibling;
  await immediate();
  await immediate();

  expect(fired).toBe(false);
});

test("a task of this turn runs behind promises and ticks that are ready", async () => {
  const order: string[] = [];
  const turn = new SystemTurn();
  turn.soon(() => order.push("soon"));
  process.nextTick(() => order.push("tick"));
  await Promise.resolve().then(() => order.push("promise"));

  await turn.next();

  expect(order.at(-1)).toBe("soon");
});

test("numbers are spread over all 32 bits and differ between generators", () => {
  const random = new SystemRandom();
  const drawn = Array.from({ length: 2000 }, () => random.uint32());

  expect(new Set(drawn).size).toBeGreaterThan(1990);
  expect(drawn.reduce((all, number) => (all | number) >>> 0, 0)).toBe(0xffff_ffff);
  expect(new SystemRandom().uint32()).not.toBe(new SystemRandom().uint32());
});
