import type { Dice } from "../dice.ts";

export type Way = readonly [from: number, to: number];

const SHAPES = ["halves", "isolate", "random", "ring"] as const;

/** The links that a partition cuts, in the shapes that hurt; half of them cut one way only. */
export function drawPartition(dice: Dice, machines: readonly number[]): readonly Way[] {
  const cut = cutPairs(dice, machines);
  const way = dice.pick(["both", "both", "to", "from"]);
  return cut.flatMap(([a, b]): Way[] => {
    if (way === "to") return [[a, b]];
    if (way === "from") return [[b, a]];
    return [
      [a, b],
      [b, a],
    ];
  });
}

/** Whether one of these links is cut in one direction only. */
export function cutsOneWay(ways: readonly Way[]): boolean {
  const cut = new Set(ways.map(([from, to]) => `${from}>${to}`));
  return ways.some(([from, to]) => !cut.has(`${to}>${from}`));
}

function cutPairs(dice: Dice, machines: readonly number[]): Way[] {
  const order = dice.shuffled(machines);
  const pairs = order.flatMap((a, at) => order.slice(at + 1).map((b): Way => [a, b]));
  const shape = dice.pick(SHAPES);
  switch (shape) {
    case "halves": {
      const half = new Set(order.slice(0, order.length >> 1));
      return pairs.filter(([a, b]) => half.has(a) !== half.has(b));
    }
    case "isolate":
      return pairs.filter(([a]) => a === order[0]);
    case "random":
      return pairs.filter(() => dice.chance(0.5));
    case "ring":
      // Each sees its two neighbours only, so no two agree on who is there.
      return pairs.filter(([a, b]) => {
        const apart = Math.abs(order.indexOf(a) - order.indexOf(b));
        return apart > 1 && apart < order.length - 1;
      });
  }
}
