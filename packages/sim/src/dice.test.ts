import { expect, test } from "vitest";
import { RandomStreams } from "./dice.ts";

const draw = (streams: RandomStreams, name: string): number[] =>
  Array.from({ length: 5 }, () => streams.stream(name).below(1_000_000));

test("a draw more in one stream shifts no other", () => {
  const plain = new RandomStreams(7);
  const busy = new RandomStreams(7);
  draw(busy, "network");

  const disk = draw(busy, "disk");

  expect(disk).toEqual(draw(plain, "disk"));
});

test("streams and seeds differ from each other", () => {
  const one = draw(new RandomStreams(7), "network");

  expect(draw(new RandomStreams(7), "disk")).not.toEqual(one);
  expect(draw(new RandomStreams(8), "network")).not.toEqual(one);
});

test("waiting times have the mean that was asked for", () => {
  const dice = new RandomStreams(1).stream("any");

  const mean =
    Array.from({ length: 20_000 }, () => dice.exponential(50)).reduce((a, b) => a + b) / 20_000;

  expect(mean).toBeGreaterThan(48);
  expect(mean).toBeLessThan(52);
});

test("a shuffle keeps every item", () => {
  const dice = new RandomStreams(1).stream("any");

  const order = dice.shuffled([1, 2, 3, 4, 5, 6, 7, 8]);

  expect(order).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
