import type { MemberId } from "@holdfast/base";
import { expect, test } from "vitest";
import { quorumValue, quorumVote } from "../../src/index.ts";

const EVERYBODY = [1, 2, 3, 4, 5] as readonly number[] as readonly MemberId[];
const SETS = Array.from({ length: 32 }, (_, bits) =>
  EVERYBODY.filter((_member, at) => (bits >> at) & 1),
);

/** The definition: more than half of a set, and anything of nobody. */
function isMajority(of: readonly MemberId[], has: (id: MemberId) => boolean): boolean {
  return of.length === 0 || 2 * of.filter(has).length > of.length;
}

/** Every way to give five members a number below `base`. */
function* assignments(base: number): Generator<readonly number[]> {
  for (let at = 0; at < base ** EVERYBODY.length; at++) {
    yield EVERYBODY.map((_, digit) => Math.floor(at / base ** digit) % base);
  }
}

/** Every pair of sets of the five. */
function* configurations(): Generator<{
  readonly voters: readonly MemberId[];
  readonly outgoing: readonly MemberId[];
}> {
  for (const voters of SETS) for (const outgoing of SETS) yield { voters, outgoing };
}

test("in every pair of sets the value is the greatest that a majority of both has reached", () => {
  let wrong = 0;
  for (const values of assignments(3)) {
    const reached = (id: MemberId) => values[id - 1] ?? 0;
    for (const { voters, outgoing } of configurations()) {
      const both = (least: number) =>
        isMajority(voters, (id) => reached(id) >= least) &&
        isMajority(outgoing, (id) => reached(id) >= least);
      const nobody = voters.length + outgoing.length === 0;
      const expected = nobody ? Number.POSITIVE_INFINITY : [2, 1, 0].find(both);
      if (quorumValue({ voters, outgoing }, reached) !== expected) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

test("in every pair of sets a vote is won by majorities of both, and lost when one is out of reach", () => {
  const REFUSED = 0;
  const GRANTED = 1;
  const OPEN = 2;
  let wrong = 0;
  for (const values of assignments(3)) {
    const answered = EVERYBODY.filter((id) => values[id - 1] !== OPEN);
    const answers = new Map(answered.map((id) => [id, values[id - 1] === GRANTED]));
    for (const { voters, outgoing } of configurations()) {
      const both = (has: (id: MemberId) => boolean) =>
        isMajority(voters, has) && isMajority(outgoing, has);
      const reachable = both((id) => values[id - 1] !== REFUSED);
      const undecided = reachable ? "pending" : "lost";
      const expected = both((id) => values[id - 1] === GRANTED) ? "won" : undecided;
      if (quorumVote({ voters, outgoing }, answers) !== expected) wrong++;
    }
  }
  expect(wrong).toBe(0);
});
