import { type MemberId, SeededRandom, silentLogger } from "@holdfast/base";
import { type Input, NO_MEMBERSHIP, type RaftStatus } from "@holdfast/raft";
import { expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import type { PeerMessage } from "../ports/peer-network.ts";
import { Administration, ASK_MS_MAX } from "./administration.ts";
import { CHANGES_MAX } from "./leader-desk.ts";

const SELF = 1 as MemberId;
const PEER = 2 as MemberId;
const ADD = {
  kind: "change-membership",
  request: { kind: "add", name: "n", peerAddress: "n:1", clientAddress: "n:2", learner: true },
} as const;

/** A leader amid a change of the membership that does not end. */
function busyLeader() {
  const time = new ManualTime();
  const sent: PeerMessage[] = [];
  const inputs: Input[] = [];
  const membership = { ...NO_MEMBERSHIP, voters: [SELF], outgoing: [SELF] };
  const status = { id: SELF, role: "leader", membership, membershipIndex: 1, lastIndex: 1 };
  const administration = new Administration({
    self: SELF,
    clock: time,
    random: new SeededRandom(1),
    logger: silentLogger,
    leader: () => SELF,
    status: () => ({ ...status, peers: [] }) as unknown as RaftStatus,
    enqueue: (input) => inputs.push(input),
    isConnected: () => true,
    isLost: () => false,
    send: (_to, message) => sent.push(message),
  });
  const ask = (id: number, withinMs: number): void =>
    administration.received({ kind: "ask", from: PEER, id, withinMs, question: ADD });
  return { time, sent, inputs, administration, ask };
}

test("a leader deals with so many changes at a time, and refuses the others", async () => {
  const { time, sent, ask } = busyLeader();
  for (let id = 1; id <= CHANGES_MAX + 10; id++) ask(id, 1_000);
  await time.advance(1);

  expect(sent.length).toBe(10);
  expect(sent[0]).toMatchObject({
    answer: { kind: "failed", code: "OVERLOADED", outcome: "not-applied", retryable: true },
  });
  expect(time.timers).toBe(CHANGES_MAX);

  await time.advance(1_000);
  expect(sent.length).toBe(CHANGES_MAX + 10);
  expect(sent.at(-1)).toMatchObject({ answer: { code: "CHANGE_IN_PROGRESS" } });
});

test("a peer that would wait for ever is answered all the same", async () => {
  const { time, sent, ask } = busyLeader();
  ask(1, Number.MAX_SAFE_INTEGER);

  await time.advance(ASK_MS_MAX);

  expect(sent).toMatchObject([{ answer: { code: "CHANGE_IN_PROGRESS" } }]);
  expect(time.timers).toBe(0);
});

test("what a leader was asked here is answered when its replica stops", async () => {
  const { time, inputs, administration } = busyLeader();
  const question = { kind: "transfer-leadership", to: PEER } as const;
  const asked = administration.ask(question, { deadline: 7_000 });
  const ended = asked.catch((failure: unknown) => failure);
  await time.advance(1);
  expect(inputs.length).toBe(1);

  administration.failAll();

  expect(await time.until(ended)).toMatchObject({ outcome: "unknown" });
});
