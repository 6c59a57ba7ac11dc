import type { MemberId } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import type { LeaseMessage } from "./lease-message.ts";
import { LEASE_QUESTIONS_MAX, LeaseQuestions } from "./lease-questions.ts";

const SELF = 1 as MemberId;
const LEADER = 2 as MemberId;

function stage() {
  const time = new ManualTime();
  const state = { leader: LEADER as MemberId | undefined, says: undefined as number | undefined };
  const sent: LeaseMessage[] = [];
  const known = new Set<bigint>();
  const questions = new LeaseQuestions({
    self: SELF,
    clock: time,
    turn: time,
    answerMs: 1_000,
    leader: () => state.leader,
    remainingMs: () => state.says,
    isKnown: (id) => known.has(id),
    send: (_to, message) => sent.push(message),
  });
  const ask = (id: bigint) => questions.remainingMs(id, { deadline: time.now() + 5_000 });
  const answer = (remainingMs: readonly number[] | undefined): void => {
    const id = sent.at(-1)?.id ?? 0;
    questions.received({ kind: "lease-answer", from: LEADER, id, remainingMs });
  };
  return { time, state, sent, known, questions, ask, answer };
}

test("one turn's questions are one message to the leader", async () => {
  const { time, sent, ask, answer } = stage();
  const both = Promise.all([ask(7n), ask(8n)]);
  await time.turn();
  expect(sent).toEqual([{ kind: "lease-ask", from: SELF, id: 1, leases: [7n, 8n] }]);

  answer([1_500, -1]);

  await expect(both).resolves.toEqual([1_500, undefined]);
});

test("who leads says it itself, once it can", async () => {
  const { time, state, sent, ask } = stage();
  state.leader = SELF;
  const asked = ask(7n);
  await time.advance(1_000);
  state.says = 300;

  await time.advance(200);

  await expect(asked).resolves.toBe(300);
  expect(sent).toEqual([]);
});

test("a leader that cannot say, is silent or out of reach is asked again", async () => {
  const { time, sent, questions, ask, answer } = stage();
  const asked = ask(7n);
  await time.turn();
  answer(undefined);
  await time.advance(100);
  expect(sent).toHaveLength(2);
  await time.advance(1_200);
  expect(sent).toHaveLength(3);
  questions.disconnected(LEADER);
  await time.advance(100);
  expect(sent).toHaveLength(4);

  answer([20]);

  await expect(asked).resolves.toBe(20);
});

describe("a leader that does not know a lease which is known here", () => {
  /** It said so once. */
  async function unknown() {
    const { time, known, ask, answer } = stage();
    known.add(7n);
    const asked = ask(7n);
    await time.turn();
    answer([-1]);
    await time.advance(100);
    return { known, answer, asked };
  }

  test("is behind, and asked again", async () => {
    const { answer, asked } = await unknown();

    answer([4_000]);

    await expect(asked).resolves.toBe(4_000);
  });

  test("or is ahead, and the end is told once it is seen here", async () => {
    const { known, answer, asked } = await unknown();
    known.delete(7n);

    answer([-1]);

    await expect(asked).resolves.toBeUndefined();
  });
});

test("a question ends in time, and with the node; too many are refused", async () => {
  const { time, state, questions, ask } = stage();
  state.leader = undefined;
  const late = ask(7n).catch((failure: unknown) => failure);
  await time.advance(6_000);
  expect(await late).toMatchObject({ code: "REQUEST_TIMED_OUT", outcome: "not-applied" });

  const all = Array.from({ length: LEASE_QUESTIONS_MAX }, () => ask(7n).catch((e) => e));
  await expect(ask(7n)).rejects.toMatchObject({ code: "OVERLOADED" });
  questions.failAll({ code: "STOPPED" } as never);
  await time.advance(200);
  expect(await all[0]).toMatchObject({ code: "STOPPED" });
});

test("a member answers for all leases that it is asked of, or for none", () => {
  const { state, sent, questions } = stage();
  const ask = { kind: "lease-ask", from: LEADER, id: 5, leases: [1n, 2n] } as const;

  questions.received(ask);
  state.says = 1_234.5;
  questions.received(ask);

  expect(sent).toMatchObject([
    { kind: "lease-answer", id: 5, remainingMs: undefined },
    { kind: "lease-answer", id: 5, remainingMs: [1_234, 1_234] },
  ]);
});
