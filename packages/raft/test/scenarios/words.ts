import type { LogIndex, MemberId, Term } from "@holdfast/base";
import type { EntryId } from "../../src/index.ts";

/** A command line taken apart: `word plain plain name=value`. */
export interface Words {
  readonly line: string;
  readonly command: string;
  readonly plain: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

export function parseWords(line: string): Words {
  const [command = "", ...rest] = line.trim().split(/\s+/);
  const named = new Map<string, string>();
  const plain: string[] = [];
  for (const word of rest) {
    const at = word.indexOf("=");
    if (at > 0) named.set(word.slice(0, at), word.slice(at + 1));
    else plain.push(word);
  }
  return { line, command, plain, named };
}

/** `n3` is member 3. */
export function memberOf(word: string | undefined): MemberId {
  const digits = /^n([1-9]\d*)$/.exec(word ?? "")?.[1];
  if (digits === undefined) throw new Error(`"${word}" names no member: write n1, n2, …`);
  return Number(digits) as MemberId;
}

/** `n1,n2,n3`, or nothing. */
export function membersIn(word: string | undefined): readonly MemberId[] {
  if (word === undefined || word === "") return [];
  return word
    .split(",")
    .map(memberOf)
    .sort((a, b) => a - b);
}

export function numberOf(word: string | undefined): number {
  const value = Number(word);
  if (word === undefined || !Number.isSafeInteger(value)) {
    throw new Error(`"${word}" is no whole number`);
  }
  return value;
}

/** `5t3` is the entry at index 5 of term 3. */
export function entryIdOf(word: string | undefined): EntryId {
  const [, index, term] = /^(\d+)t(\d+)$/.exec(word ?? "") ?? [];
  if (index === undefined || term === undefined) {
    throw new Error(`"${word}" names no entry: write index and term as 5t3`);
  }
  return { index: Number(index), term: Number(term) };
}

/** `1..3t1,4t2` are the entries 1 to 3 of term 1 and entry 4 of term 2. */
export function entryIdsIn(word: string | undefined): readonly EntryId[] {
  if (word === undefined || word === "") return [];
  return word.split(",").flatMap((run) => {
    const [, from, to] = /^(\d+)\.\.(\d+)t\d+$/.exec(run) ?? [];
    const last = entryIdOf(run.replace(/^\d+\.\./, ""));
    const first = from === undefined ? last.index : Number(from);
    const length = to === undefined ? 1 : Number(to) - first + 1;
    return Array.from({ length }, (_, at) => ({ index: first + at, term: last.term }));
  });
}

/** Entry ids in the form that {@link entryIdsIn} reads. */
export function describeIds(ids: readonly EntryId[]): string {
  const runs: { first: LogIndex; last: LogIndex; term: Term }[] = [];
  for (const { index, term } of ids) {
    const run = runs.at(-1);
    if (run !== undefined && run.term === term && run.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index, term });
  }
  const words = runs.map(({ first, last, term }) =>
    first === last ? `${first}t${term}` : `${first}..${last}t${term}`,
  );
  return words.length === 0 ? "nothing" : words.join(",");
}
