import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** How many traps the specification's list names of each feature and ground rule. */
const TRAPS_BY_ID: Readonly<Record<string, number>> = {
  ...{ G1: 2, G2: 1, G3: 1, G4: 1, G6: 1, G9: 1, G10: 1, G11: 1 },
  ...{ F01: 5, F02: 3, F03: 2, F26: 1, F07: 4 },
  ...{ F04: 6, F05: 2, F06: 1 },
  ...{ F13: 4, "F14/F15": 1, F16: 1, F19: 3, F17: 6, F24: 1 },
  ...{ F08: 9, F11: 1 },
  ...{ "F20/F21": 9, F23: 1 },
  ...{ F29: 1, F31: 1, F38: 1, F40: 1 },
};

const scenarios = new URL(".", import.meta.url).pathname;
const root = new URL("../../../..", import.meta.url).pathname;
/** The list itself is no part of the repository; it may lie beside it. */
const checklist = join(root, "../shared/specs/raft-checklist.md");

interface Row {
  readonly id: string;
  readonly name: string;
  readonly keptBy: string;
  readonly isTrap: boolean;
}

const rows = readRows(readFileSync(join(root, "docs/traps.md"), "utf8"));
const filesOf = ({ keptBy }: Row) =>
  [...keptBy.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
const placeOf = (path: string) => join(/^(packages|test)\//.test(path) ? root : scenarios, path);

test("every trap of the list has a row, and no row is made up", () => {
  const counted: Record<string, number> = {};
  for (const { id } of rows.filter(({ isTrap }) => isTrap)) counted[id] = (counted[id] ?? 0) + 1;
  expect(counted).toEqual(TRAPS_BY_ID);

  const names = rows.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("every row is kept by a file that is there, or says what is not built", () => {
  const unkept = rows.filter((row) =>
    filesOf(row).length > 0
      ? filesOf(row).some((path) => !existsSync(placeOf(path)))
      : !/^not built: F\d\d$/.test(row.keptBy),
  );
  expect(unkept).toEqual([]);
});

test("every scenario is named, and called open exactly where the core does not do it yet", () => {
  const named = new Set(rows.flatMap(filesOf));
  const folders = readdirSync(scenarios, { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  const all = folders.flatMap(({ name }) =>
    readdirSync(join(scenarios, name)).map((file) => `${name}/${file}`),
  );
  expect(all.filter((path) => !named.has(path))).toEqual([]);

  const isOpen = (path: string) =>
    path.endsWith(".txt") && readFileSync(placeOf(path), "utf8").startsWith("# NOT YET SO");
  const wrong = rows.filter((row) => filesOf(row).some(isOpen) !== row.keptBy.startsWith("open: "));
  expect(wrong).toEqual([]);
});

test("the counts are those of the list", ({ skip }) => {
  if (!existsSync(checklist)) return skip("needs the specification's list beside the repository");
  const counted: Record<string, number> = {};
  let id: string | undefined;
  for (const line of readFileSync(checklist, "utf8").split("\n")) {
    id = /^\*\*([GF]\d+(?:\/F\d+)?)/.exec(line)?.[1] ?? id;
    const traps = line.match(/\bTrap\b/g)?.length ?? 0;
    if (id !== undefined && traps > 0) counted[id] = (counted[id] ?? 0) + traps;
  }
  expect(counted).toEqual(TRAPS_BY_ID);
});

/** The tables of the page; the last one lists rules that have no trap of their own. */
function readRows(page: string): readonly Row[] {
  const [traps = "", rules = ""] = page.split("## Rules without");
  return [...rowsIn(traps, true), ...rowsIn(rules, false)];
}

function rowsIn(text: string, isTrap: boolean): readonly Row[] {
  const lines = text.split("\n").filter((line) => line.startsWith("| "));
  return lines.flatMap((line) => {
    const [, id = "", name = "", keptBy = ""] = line.split("|").map((cell) => cell.trim());
    return id === "id" || id === "---" ? [] : [{ id, name, keptBy, isTrap }];
  });
}
