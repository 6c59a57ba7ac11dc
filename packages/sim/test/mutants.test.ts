import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTANTS } from "../src/index.ts";
import { mutated } from "../src/mutants/mutant.ts";

const PACKAGES = new URL("../../", import.meta.url);

test.each(MUTANTS)("$name fits what was built", (mutant) => {
  const source = readFileSync(new URL(mutant.file, PACKAGES), "utf8");

  expect(mutated(source, mutant)).not.toBe(source);
});

test("a mutant of code that is no longer there is refused", () => {
  const mutant = { ...MUTANTS[0], code: "what nobody wrote", instead: "" } as (typeof MUTANTS)[0];

  expect(() => mutated("some source", mutant)).toThrow(/stands 0 times in .*, not once/);
});

test("names are unique, so that one can be hunted by its own", () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
