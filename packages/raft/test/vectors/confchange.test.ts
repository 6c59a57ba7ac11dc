import type { MemberId } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { isJoint, leaveJoint, planChange } from "../../src/membership/plan-change.ts";
import {
  type Membership,
  type MembershipTarget,
  NO_MEMBERSHIP,
} from "../../src/types/membership.ts";
import { profileOf } from "../core-disk.ts";
import { type DatadrivenCase, parseDatadriven } from "./datadriven.ts";
import { NO_VECTORS, vectorFiles } from "./vector-files.ts";

const files = vectorFiles("confchange");
const CASES = 58;

test("the files with etcd's verdicts on changes of membership are the ones known", ({ skip }) => {
  if (files === undefined) return skip(NO_VECTORS);
  expect(files).toHaveLength(9);
  expect(files.flatMap(({ text }) => parseDatadriven(text))).toHaveLength(CASES);
});

// A file is one story: each case begins where the one before it ended.
describe.each(files ?? [])("$name", ({ text }) => {
  test("comes to the published configurations", () => {
    let current: Membership = NO_MEMBERSHIP;
    for (const one of parseDatadriven(text)) {
      const next = follow(current, one);
      expect(next.said, `line ${one.line}`).toBe(published(one));
      current = next.membership;
    }
  });
});

interface Step {
  readonly membership: Membership;
  readonly said: string;
}

function follow(current: Membership, { command, input }: DatadrivenCase): Step {
  const target = targetOf(current, input.join(" ").split(/\s+/));
  switch (command) {
    case "simple":
      return simple(current, target);
    case "enter-joint":
      return enterJoint(current, target);
    case "leave-joint":
      if (!isJoint(current)) return stay(current, "can't leave a non-joint config");
      return reach(leaveJoint(current));
    default:
      throw new Error(`there is no command "${command}"`);
  }
}

/** There are no changes but joint ones here: it must come to the same in the end. */
function simple(current: Membership, target: MembershipTarget): Step {
  if (isJoint(current)) return stay(current, "can't apply simple config change in joint config");
  const from = current.voters.length === 0 ? { ...current, voters: target.voters } : current;
  const planned = planChange(from, target);
  if (planned === undefined) return stay(current, "removed all voters");
  const changed = [...new Set([...current.voters, ...target.voters])].filter(
    (id) => current.voters.includes(id) !== target.voters.includes(id),
  );
  if (changed.length > 1) {
    // Not a change of one; it is taken up all the same, as a joint one.
    expect(isJoint(planned)).toBe(true);
    return stay(current, "more than one voter changed without entering joint config");
  }
  expect(isJoint(planned)).toBe(from.voters !== target.voters && changed.length > 0);
  return reach(isJoint(planned) ? leaveJoint(planned) : planned);
}

function enterJoint(current: Membership, target: MembershipTarget): Step {
  if (isJoint(current)) return stay(current, "config is already joint");
  const planned = planChange(current, target);
  if (planned === undefined) return stay(current, "can't make a zero-voter config joint");
  // Where no voter changes we need no joint configuration; theirs has two equal halves.
  return reach(isJoint(planned) ? planned : { ...planned, outgoing: planned.voters });
}

function stay(membership: Membership, said: string): Step {
  return { membership, said };
}

function reach(membership: Membership): Step {
  const { voters, outgoing, learners, learnersNext } = membership;
  const words = [`voters=(${voters.join(" ")})`];
  if (outgoing.length > 0) words[0] += `&&(${outgoing.join(" ")})`;
  if (learners.length > 0) words.push(`learners=(${learners.join(" ")})`);
  if (learnersNext.length > 0) words.push(`learners_next=(${learnersNext.join(" ")})`);
  return { membership, said: words.join(" ") };
}

/** The first line; behind it stand columns on their replication. Ours are always left by themselves. */
function published({ expected }: DatadrivenCase): string {
  return (expected[0] ?? "").replace(" autoleave", "");
}

/** `v2 l1 r3 u4`: a voter, a learner, removed, left as it is; member 0 is nobody. */
function targetOf(current: Membership, words: readonly string[]): MembershipTarget {
  const voters = new Set(current.voters);
  const learners = new Set(current.learners);
  for (const word of words) {
    const id = Number(word.slice(1)) as MemberId;
    if (id === 0 || word === "" || word.startsWith("u")) continue;
    voters.delete(id);
    learners.delete(id);
    if (word.startsWith("v")) voters.add(id);
    if (word.startsWith("l")) learners.add(id);
  }
  const profiles = [...voters, ...learners].map(profileOf);
  return { voters: [...voters], learners: [...learners], promotions: [], profiles };
}
