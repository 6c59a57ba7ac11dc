import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MUTANTS } from "@holdfast/sim";
import { expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const scenarios = join(root, "packages/raft/test/scenarios");
const BUGS = 27;

const rows = readFileSync(join(root, "docs/etcd-record.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| (#|GHSA)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()));

test("every recorded bug has a row", () => {
  const bugs = rows.flatMap(([, names = ""]) => names.match(/#\d+|GHSA-[\w-]+/g) ?? []);

  expect(new Set(bugs).size).toBe(BUGS);
  expect(bugs.length).toBe(BUGS);
});

test.each(rows)("|%s| %s: what keeps it is there", (...[, , , keptBy = ""]) => {
  const names = [...keptBy.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(0);

  const missing = names.filter((name) => {
    if (MUTANTS.some((mutant) => mutant.name === name)) return false;
    const base = /^(packages|test)\//.test(name) ? root : scenarios;
    return !/\.(txt|ts)$/.test(name) || !existsSync(join(base, name));
  });

  expect(missing).toEqual([]);
});
