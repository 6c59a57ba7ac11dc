import { expect, test } from "vitest";
import { RandomStreams } from "../dice.ts";
import { cutsOneWay, drawPartition } from "./partition.ts";

test("partitions cut in both directions or in one, and never a machine from itself", () => {
  const dice = new RandomStreams(1).stream("faults");
  let oneWay = 0;
  for (let round = 0; round < 200; round++) {
    const ways = drawPartition(dice, [0, 1, 2, 3, 4]);
    const names = new Set(ways.map(([from, to]) => `${from}>${to}`));
    expect(names.size).toBe(ways.length);
    expect(ways.every(([from, to]) => from !== to)).toBe(true);
    if (cutsOneWay(ways)) oneWay++;
  }

  expect(oneWay).toBeGreaterThan(50);
  expect(oneWay).toBeLessThan(150);
});

test.each([
  [[], false],
  [
    [
      [0, 1],
      [1, 0],
    ],
    false,
  ],
  [
    [
      [0, 1],
      [1, 0],
      [1, 2],
    ],
    true,
  ],
] as const)("of %j it is %s that a link is cut one way", (ways, oneWay) => {
  expect(cutsOneWay(ways)).toBe(oneWay);
});
