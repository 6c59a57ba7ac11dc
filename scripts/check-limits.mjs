// Holds docs/limits.md to the source: each limit it names must stand in the file it names, with that default.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-files.mjs";

const PAGE = "docs/limits.md";
const UNITS = { "": 1, B: 1, ms: 1, KiB: 1024, MiB: 1024 * 1024 };

const complaints = [];
let file;
let source = "";
let limits = 0;
for (const line of readFileSync(join(root, PAGE), "utf8").split("\n")) {
  const [, name = "", value = ""] = line.split("|").map((cell) => cell.trim());
  const path = /^\*\*`(.+)`\*\*$/.exec(name)?.[1];
  if (path !== undefined) {
    file = path;
    source = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
    if (source === "") complaints.push(`${path} is not there`);
  } else if (/^`\w+`$/.test(name)) {
    limits += 1;
    check(name.slice(1, -1), value);
  }
}
if (limits === 0) complaints.push(`${PAGE} names no limit`);
if (complaints.length > 0) {
  console.error(`check-limits: ${complaints.length} to mend\n  ${complaints.join("\n  ")}`);
  process.exit(1);
}

function check(name, shown) {
  const found = [...source.matchAll(assignmentOf(name))].map(([, value]) => evaluated(value));
  const expected = shownValue(shown);
  if (!found.includes(expected)) {
    complaints.push(
      `${file}: ${name} is ${found.join(", ") || "not there"}, ${PAGE} says ${shown}`,
    );
  }
}

/** `name: 5 * MIB` of an object, or `const name: number = 5`. */
function assignmentOf(name) {
  return new RegExp(`\\b${name}(?:: number)?(?: =|:) ([\\d_.]+(?: [*+] [\\w.]+)*|MIB\\b)`, "g");
}

function evaluated(expression) {
  const factors = (expression ?? "")
    .replaceAll("_", "")
    .replace(/\bMIB\b|\bMEBIBYTE\b/g, "1048576")
    .replace(/\bKIB\b/g, "1024");
  if (!/^[\d .*+]+$/.test(factors)) return Number.NaN;
  return factors
    .split("+")
    .map((term) => term.split("*").reduce((product, factor) => product * Number(factor), 1))
    .reduce((sum, term) => sum + term, 0);
}

function shownValue(shown) {
  const [, digits = "", unit = ""] = /^([\d.,]+) ?(\w*)$/.exec(shown) ?? [];
  return Number(digits.replaceAll(",", "")) * (UNITS[unit] ?? Number.NaN);
}
