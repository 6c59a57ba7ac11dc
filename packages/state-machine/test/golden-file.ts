import { readFileSync } from "node:fs";

/** Reads `name: hex` lines of a golden file; `#` begins a comment. */
export function readGolden(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(new URL(`golden/${file}`, import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [name, hex] = line.split(": ");
      if (name === undefined || hex === undefined) throw new Error(`${file}: cannot read ${line}`);
      return [name, hex];
    }),
  );
}
