import { type MemberId, SeededRandom, type StoreId } from "@holdfast/base";
import { expect, test } from "vitest";
import {
  type Entry,
  type Membership,
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
/** All are known by their stores, but for those that are to come. */
const of = (
  voters: readonly number[],
  learners: readonly number[],
  reserved: readonly number[] = [],
): Membership => ({
  ...NO_MEMBERSHIP,
  voters: voters as MemberId[],
  learners: learners as MemberId[],
  profiles: [...voters, ...learners].sort().map((id) => ({
    id: id as MemberId,
    name: `n${id}`,
    storeId: `${reserved.includes(id) ? 0 : id}`.repeat(32) as StoreId,
    peerAddress: `n${id}:1`,
    clientAddress: `n${id}:2`,
  })),
});

/** A member that was born with the configuration that names it and its store. */
function newcomer(): Raft {
  return new Raft({
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
}

/** Where a newcomer that was sent this log lets go of the beginning; `undefined`: it keeps all of it. */
function compactedBy(entries: readonly Entry[]): number | undefined {
  const raft = newcomer();
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

test("a place that is kept for it does not tell a newcomer who it is", () => {
  const kept = of([1, 2], [4], [4]);

  expect(compactedBy(logWith({ 5: kept }))).toBeUndefined();
  expect(compactedBy(logWith({ 5: kept, 50: of([1, 2], [4]) }))).toBe(90);
});

test("a newcomer takes no state that knows its place and not its store", () => {
  expect(fetchedBy(of([1, 2], [4], [4]))).toBe(false);
  expect(fetchedBy(of([1, 2], [4]))).toBe(true);
});

/** Whether a newcomer fetches a state with such a configuration; the leader is answered in any case. */
function fetchedBy(membership: Membership): boolean {
  const raft = newcomer();
  const meta = { last: { index: 70, term: 1 }, membership };
  const session = { from: 1 as MemberId, to: SELF, term: 1, epoch: 1, round: 1 };
  raft.step(1, { kind: "message", message: { kind: "snapshot-offer", ...session, meta } });
  const first = raft.takeEffects();
  raft.step(2, { kind: "persisted", seq: first?.persist?.seq ?? 0 });
  const messages = [...(first?.messages ?? []), ...(raft.takeEffects()?.messages ?? [])];
  expect(messages.map(({ kind }) => kind)).toContain("heartbeat-response");
  return first?.snapshotFetch !== undefined;
}
