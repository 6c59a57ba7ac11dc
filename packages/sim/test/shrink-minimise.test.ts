import { expect, test } from "vitest";
import { minimise } from "../src/shrink/minimise.ts";

const many = Array.from({ length: 1_000 }, (_, at) => at);

function minimal(needs: (rest: readonly number[]) => boolean): {
  kept: readonly number[];
  tries: number;
} {
  let tries = 0;
  const kept = minimise(many, (rest) => {
    tries++;
    return needs(rest) ? rest : undefined;
  });
  return { kept, tries };
}

test("only what is needed is left, in its order", () => {
  const needed = [3, 500, 501, 999];
  const { kept, tries } = minimal((rest) => needed.every((one) => rest.includes(one)));

  expect(kept).toEqual(needed);
  expect(tries).toBeLessThan(200);
});

test("what is needed by nothing goes at once", () => {
  expect(minimal(() => true)).toEqual({ kept: [], tries: 1 });
});

test("what goes only together with another one goes with it", () => {
  const { kept } = minimal((rest) => rest.includes(7) && rest.includes(8) === rest.includes(9));

  expect(kept).toContain(7);
  expect(kept.length).toBeLessThanOrEqual(3);
});

test("it goes on with what it is given back, which may be less", () => {
  const kept = minimise(many, (rest) =>
    rest.includes(0) ? rest.filter((one) => one < 10) : undefined,
  );

  expect(kept).toEqual([0]);
});
