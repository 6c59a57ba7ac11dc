import type { Change } from "@holdfast/client";
import type { Terminal } from "../terminal.ts";
import { printable } from "./printable.ts";

/** A change on one line, tabs between: revision, what happened, key, value, and what was before if it was asked for. */
export function changeLine(
  { colours }: Pick<Terminal, "colours">,
  { kind, revision, keyBytes, entry, previous }: Change,
): string {
  const what = kind === "put" ? colours.green("PUT") : colours.red("DELETE");
  const parts = [String(revision), what, printable(keyBytes)];
  if (entry !== undefined) parts.push(printable(entry.value));
  if (previous !== undefined) parts.push(colours.dim(`was ${printable(previous.value)}`));
  return parts.join("\t");
}
