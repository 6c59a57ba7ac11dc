import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RandomStreams } from "../src/dice.ts";
import { MUTANTS } from "../src/index.ts";
import { mutated } from "../src/mutants/mutant.ts";
import { focused } from "../src/server-lane/index.ts";
import { drawServerPlan } from "../src/server-lane/plan/server-plan.ts";

const PACKAGES = new URL("../../", import.meta.url);

test.each(MUTANTS)("$name fits what was built", (mutant) => {
  const source = readFileSync(new URL(mutant.file, PACKAGES), "utf8");

  expect(mutated(source, mutant)).not.toBe(source);
});

test("a focus changes what it names, and nothing else", () => {
  const drawn = drawServerPlan(new RandomStreams(3).stream("plan"), 1_000);
  const nodes = drawn.nodes + 1;

  expect(focused(drawn, {})).toEqual(drawn);
  expect(focused(drawn, { nodes, workload: { thinkMs: 7 } })).toEqual({
    ...drawn,
    nodes,
    workload: { ...drawn.workload, thinkMs: 7 },
  });
});

test("a mutant of code that is no longer there is refused", () => {
  const mutant = { ...MUTANTS[0], code: "what nobody wrote", instead: "" } as (typeof MUTANTS)[0];

  expect(() => mutated("some source", mutant)).toThrow(/stands 0 times in .*, not once/);
});

test("names are unique, so that one can be hunted by its own", () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
