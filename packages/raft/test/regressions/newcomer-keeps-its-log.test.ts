import { type MemberId, SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import {
  type Entry,
  type MembershipCodec,
  NO_MEMBERSHIP,
  Raft,
  resolveRaftOptions,
} from "../../src/index.ts";

const SELF = 4 as MemberId;
const codec: MembershipCodec = {
  encode: (membership) => new TextEncoder().encode(JSON.stringify(membership)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};
const of = (voters: readonly number[], learners: readonly number[]) => ({
  ...NO_MEMBERSHIP,
  voters: voters as MemberId[],
  learners: learners as MemberId[],
});

/** Where a newcomer that was sent this log lets go of the beginning; `undefined`: it keeps all of it. */
function compactedBy(entries: readonly Entry[]): number | undefined {
  const raft = new Raft({
    id: SELF,
    options: resolveRaftOptions({ trailingEntries: 10 }),
    random: new SeededRandom(1),
    membershipCodec: codec,
    now: 0,
    restored: {
      hardState: { term: 0, vote: undefined, commit: 0 },
      log: { compacted: { index: 0, term: 0 }, termRuns: [], lastIndex: 0, commit: 0 },
      membership: of([1, 2], [4]),
      memberships: [],
    },
  });
  const commit = entries.length;
  const from = 1 as MemberId;
  const prev = { index: 0, term: 0 };
  raft.step(1, {
    kind: "message",
    message: {
      kind: "append-request",
      from,
      to: SELF,
      term: 1,
      epoch: 1,
      round: 1,
      prev,
      entries,
      commit,
      floor: commit,
    },
  });
  raft.step(2, { kind: "persisted", seq: raft.takeEffects()?.persist?.seq ?? 0 });
  raft.takeEffects();
  raft.step(3, { kind: "state-durable", index: commit });
  return raft.takeEffects()?.persist?.compact?.upTo.index;
}

/** 100 entries, with configurations at some of them. */
function logWith(memberships: Readonly<Record<number, ReturnType<typeof of>>>): readonly Entry[] {
  return Array.from({ length: 100 }, (_, at) => {
    const id = { index: at + 1, term: 1 };
    const membership = memberships[at + 1];
    return membership === undefined
      ? { ...id, kind: "commands", payload: Uint8Array.of(1) }
      : { ...id, kind: "membership", payload: codec.encode(membership) };
  });
}

/** What a log begins with says who its member is, after a restart. */
test("a newcomer keeps its log until it has come to the configuration that adds it", () => {
  expect(compactedBy(logWith({ 5: of([1], [2]) }))).toBeUndefined();
  expect(compactedBy(logWith({}))).toBeUndefined();
  expect(compactedBy(logWith({ 5: of([1], [2]), 50: of([1, 2], [4]) }))).toBe(90);
});
