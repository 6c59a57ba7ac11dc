import type { Clock } from "@holdfast/base";
import { expect, test } from "vitest";
import { ReadGauge } from "./read-gauge.ts";

test("reads leave the event loop when more than one in a hundred takes a millisecond", () => {
  const { gauge, read } = gauged();

  for (let at = 0; at < 10; at++) read(1);
  expect(gauge.readsAreSlow).toBe(false);
  read(1);
  expect(gauge.readsAreSlow).toBe(true);
});

test("slow reads of long ago are forgotten", () => {
  const { gauge, read } = gauged();

  for (let round = 0; round < 5; round++) {
    for (let at = 0; at < 10; at++) read(3);
    for (let at = 0; at < 1_024; at++) read(0.005);
  }

  expect(gauge.readsAreSlow).toBe(false);
});

test("while they are slow, one is tried every 50 ms", () => {
  const { gauge, read, wait } = gauged();
  for (let at = 0; at < 11; at++) read(5);

  expect(gauge.readsAreSlow).toBe(true);
  wait(50);
  expect(gauge.readsAreSlow).toBe(false);
  expect(gauge.readsAreSlow).toBe(false);
  read(5);
  expect(gauge.readsAreSlow).toBe(true);
});

test("quick tries in a row bring them back, a slow one between starts the count anew", () => {
  const { gauge, read, wait } = gauged();
  for (let at = 0; at < 11; at++) read(5);

  for (let at = 0; at < 31; at++) read(0.005);
  read(5);
  for (let at = 0; at < 31; at++) read(0.005);
  expect(gauge.readsAreSlow).toBe(true);
  read(0.005);
  wait(0);
  expect(gauge.readsAreSlow).toBe(false);
  for (let at = 0; at < 10; at++) read(5);
  expect(gauge.readsAreSlow).toBe(false);
});

function gauged() {
  let now = 0;
  const clock: Clock = { now: () => now, timer: () => () => undefined };
  const gauge = new ReadGauge(clock);
  return {
    gauge,
    wait: (ms: number) => {
      now += ms;
    },
    read: (ms: number) =>
      gauge.measure(() => {
        now += ms;
      }),
  };
}
