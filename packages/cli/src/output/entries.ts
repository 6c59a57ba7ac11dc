import type { Entry, RangeAnswer } from "@holdfast/client";
import type { Terminal } from "../terminal.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

const HEAD = ["KEY", "VALUE", "REVISION", "CREATED", "VERSION"];

/** Entries for a person to read, with what was left out told below them. */
export function entryTable(terminal: Terminal, { entries, more, count }: RangeAnswer): string {
  const rows = entries.map((entry) => [
    printable(entry.keyBytes),
    printable(entry.value),
    String(entry.modRevision),
    String(entry.createRevision),
    String(entry.version),
  ]);
  const rest = more ? `${entries.length} of ${count} keys; --limit 0 shows all\n` : "";
  return rows.length === 0 ? "no keys\n" : table(terminal, HEAD, rows) + rest;
}

/** Entries for a program to read: a line for each, with a tab between key and value. */
export function entryLines(
  entries: readonly Entry[],
  { keysOnly }: { readonly keysOnly: boolean },
): string {
  return entries
    .map(({ keyBytes, value }) =>
      keysOnly ? `${printable(keyBytes)}\n` : `${printable(keyBytes)}\t${printable(value)}\n`,
    )
    .join("");
}
