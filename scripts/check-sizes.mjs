// Holds files to one concept each: at most 400 lines, and no name that says nothing.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root, sourceFiles } from "./source-files.mjs";

const LINES_MAX = 400;
const MEANINGLESS = new Set([
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "types",
  "misc",
  "manager",
]);

const files = ["packages", "test", "scripts"].flatMap(sourceFiles);
const complaints = files.flatMap((path) => [...tooLong(path), ...namedForNothing(path)]);

if (complaints.length > 0) {
  console.error(`check-sizes: ${complaints.length} to mend\n  ${complaints.join("\n  ")}`);
  process.exit(1);
}
console.log(`check-sizes: ${files.length} files, none over ${LINES_MAX} lines`);

function tooLong(path) {
  const lines = readFileSync(join(root, path), "utf8").split("\n").length - 1;
  return lines > LINES_MAX
    ? [`${path}: ${lines} lines, at most ${LINES_MAX}: split it along its concepts`]
    : [];
}

function namedForNothing(path) {
  const name = basename(path).replace(/(\.test)?\.\w+$/, "");
  const parts = name.split("-");
  const last = parts[parts.length - 1];
  return MEANINGLESS.has(name) || MEANINGLESS.has(last)
    ? [`${path}: the name "${name}" says nothing of what is inside: name its concept`]
    : [];
}
