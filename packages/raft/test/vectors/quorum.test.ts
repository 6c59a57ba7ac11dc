import type { MemberId } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { quorumValue, quorumVote } from "../../src/index.ts";
import { type DatadrivenCase, parseDatadriven } from "./datadriven.ts";
import { NO_VECTORS, vectorFiles } from "./vector-files.ts";

const files = vectorFiles("quorum");
const CASES = 16 + 50 + 22 + 39;

test("the files with etcd's verdicts on quorums are the ones known", ({ skip }) => {
  if (files === undefined) return skip(NO_VECTORS);
  expect(files.map(({ name }) => name)).toEqual([
    "joint_commit.txt",
    "joint_vote.txt",
    "majority_commit.txt",
    "majority_vote.txt",
  ]);
  const cases = files.flatMap(({ text }) => parseDatadriven(text));
  expect(cases).toHaveLength(CASES);
});

describe.each(files ?? [])("$name", ({ text }) => {
  test.each(parseDatadriven(text))("line $line: $command", (one) => {
    expect(verdict(one)).toBe(published(one));
  });
});

function verdict({ command, named }: DatadrivenCase): number | string {
  const voters = membersIn(named.get("cfg"));
  const outgoing = membersIn(named.get("cfgj"));
  const words = listIn(named.get(command === "vote" ? "votes" : "idx"));
  // A word for each member, those of the second half that are in the first left out; `_` is unknown.
  const all = [...new Set([...voters, ...outgoing])];
  const known = all.flatMap((id, at) => {
    const word = words[at];
    return word === undefined || word === "_" ? [] : [[id, word] as const];
  });
  if (command === "vote") {
    return quorumVote({ voters, outgoing }, new Map(known.map(([id, word]) => [id, word === "y"])));
  }
  const reached = new Map(known.map(([id, word]) => [id, Number(word)]));
  return quorumValue({ voters, outgoing }, (id) => reached.get(id) ?? 0);
}

/** The last line; the ones before it draw how it came about. */
function published({ expected }: DatadrivenCase): number | string {
  const last = expected.at(-1) ?? "";
  if (last.endsWith("∞")) return Number.POSITIVE_INFINITY;
  const vote = /^Vote(Won|Lost|Pending)$/.exec(last)?.[1];
  return vote === undefined ? Number(last) : vote.toLowerCase();
}

function listIn(word: string | undefined): readonly string[] {
  return word === undefined || word === "" || word === "zero" ? [] : word.split(",");
}

function membersIn(word: string | undefined): readonly MemberId[] {
  return listIn(word).map((id) => Number(id) as MemberId);
}
