import type { Clock } from "@holdfast/base";
import { expect, test } from "vitest";
import { ManualTime } from "../test/manual-time.ts";
import { Slices } from "./slices.ts";

test("work of many holds a turn for one slice together, in the order of asking", async () => {
  const { time, slices, work } = world();
  const log: string[] = [];
  const run = async (name: string): Promise<void> => {
    await slices.next();
    log.push(`${name}@${time.turns}`);
    work(2);
  };
  for (const name of ["a", "b", "c", "d", "e", "f", "g"]) void run(name);

  await time.turn();

  expect(log).toEqual(["a@1", "b@1", "c@1", "d@2", "e@2", "f@2", "g@3"]);
  expect(slices.waiting).toBe(0);
});

test("a slice begins with the first question of a turn", async () => {
  const { time, slices, work } = world();

  work(100);
  expect(slices.isOver).toBe(false);
  work(4);
  expect(slices.isOver).toBe(false);
  work(1);
  expect(slices.isOver).toBe(true);
  await time.turn();
  expect(slices.isOver).toBe(false);
});

test("an idle one asks nothing of the event loop", async () => {
  const { time, slices } = world();

  expect(slices.isOver).toBe(false);
  await time.turn();
  const { turns } = time;
  await time.turn();

  expect(time.turns).toBe(turns);
});

function world() {
  const time = new ManualTime();
  let now = 0;
  const clock: Clock = { now: () => now, timer: time.timer.bind(time) };
  const slices = new Slices({ clock, turn: time, sliceMs: 5 });
  return {
    time,
    slices,
    work: (ms: number) => {
      now += ms;
    },
  };
}
