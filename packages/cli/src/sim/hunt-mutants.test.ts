import { type HuntResult, MUTANTS, type Mutant } from "@holdfast/sim";
import { expect, test } from "vitest";
import { huntMutants, isCaught } from "./hunt-mutants.ts";

const quick = MUTANTS.filter((mutant) => mutant.quick === true);

/** The whole catalogue takes minutes: `holdfast sim --mutants`. */
test("mistakes that are seen soon are seen, by what should see them", {
  timeout: 120_000,
}, async () => {
  const told: { readonly mutant: Mutant; readonly result: HuntResult }[] = [];
  await huntMutants({
    mutants: quick,
    jobs: 2,
    signal: new AbortController().signal,
    told: (mutant, result) => told.push({ mutant, result }),
  });

  expect(told.length).toBe(quick.length);
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter(({ mutant, result }) => !isCaught(mutant, result))).toEqual([]);
});
