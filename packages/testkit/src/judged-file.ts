import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes what shows why a history was refused where people find it after the test; returns the path. */
function writeJudged(name: string, text: string): string {
  const path = join(tmpdir(), name);
  writeFileSync(path, text);
  return path;
}

/** Writes a history that was refused, one operation a line, and its picture, if there is one; returns lines that name the files. */
export function judgedFiles(
  history: readonly object[],
  picture: string | undefined,
): readonly string[] {
  const id = randomUUID();
  const lines = history.map((operation) => `${JSON.stringify(operation)}\n`).join("");
  const whole = `the whole history is in ${writeJudged(`holdfast-history-${id}.jsonl`, lines)}`;
  if (picture === undefined) return [whole];
  return [`a picture of it is in ${writeJudged(`holdfast-history-${id}.html`, picture)}`, whole];
}
