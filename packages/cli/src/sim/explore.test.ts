import { type Bounds, boundsWith, MUTANTS, type Naming } from "@holdfast/sim";
import { expect, test } from "vitest";
import { type ExploreNews, explore } from "./explore.ts";

const SMALL: Partial<Bounds> = { members: 2, terms: 1, writes: 1 };

interface Asked {
  readonly bounds: Partial<Bounds>;
  readonly mutant?: string;
  readonly names?: Naming;
}

async function explored({ bounds, mutant, names }: Asked): Promise<ExploreNews> {
  const news = await explore({
    bounds: boundsWith(bounds),
    mutant: MUTANTS.find(({ name }) => name === mutant),
    names,
    memoryMib: 1_000,
    signal: new AbortController().signal,
    told: () => undefined,
  });
  if (news === undefined) throw new Error("the search told nothing");
  return news;
}

test("two members of the product's core break nothing, whatever happens to them in one term", async () => {
  const { end, figures } = await explored({ bounds: { ...SMALL, proposals: 0, crashes: 1 } });

  expect(end).toEqual({ kind: "exhausted" });
  expect(figures.states).toBeGreaterThan(1_000);
  expect(figures.memberSteps).toBeLessThan(figures.transitions / 4);
});

test("states that differ in names only stand for exactly those that there are", async () => {
  const bounds = { members: 3, messages: 2, writes: 1, crashes: 1, depth: 5 };
  const [alike, apart] = await Promise.all([
    explored({ bounds, names: "alike" }),
    explored({ bounds, names: "apart" }),
  ]);

  expect(alike.end).toEqual({ kind: "exhausted" });
  expect(alike.figures.states).toBeLessThan(apart.figures.states / 4);
  expect(alike.figures.named).toBe(apart.figures.states);
});

test("a search without room says that it has not seen all", async () => {
  const { end, figures } = await explored({ bounds: { ...SMALL, states: 100 } });

  expect(end).toEqual({ kind: "full", of: "states" });
  expect(figures.states).toBeGreaterThanOrEqual(100);
});

test("a vote that is told before it is written is found in four actions", async () => {
  const { end } = await explored({
    bounds: {},
    mutant: "grants-before-it-is-written",
  });

  expect(end).toMatchObject({ kind: "violation", invariant: "I9" });
  const path = end?.kind === "violation" ? end.path : [];
  expect(path.filter((line) => /^ *\d+\. /.test(line))).toHaveLength(4);
  expect(path.at(-1)).toContain("vote-request");
});

test.each([
  ["joint-commits-by-the-new-half", "I4", { changes: 1, proposals: 0 }],
  ["leader-counts-itself-before-it-has-written", "I6", { terms: 1, writes: 1, proposals: 0 }],
])("a core that %s breaks %s", async (mutant, invariant, bounds) => {
  const { end } = await explored({ bounds, mutant });

  expect(end).toMatchObject({ kind: "violation", invariant });
});
