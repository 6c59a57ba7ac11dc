import type { LeaseRenewOperation, OperationResult } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { LeaseRenewals, RENEWALS_PENDING_MAX } from "./lease-renewals.ts";

function stage() {
  const time = new ManualTime();
  const sent: { readonly at: number; readonly ids: readonly bigint[] }[] = [];
  const answers: OperationResult[] = [];
  const leader = { isKnown: true };
  const renewals = new LeaseRenewals({
    clock: time,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    hasLeader: () => leader.isKnown,
    propose: async ({ ids }: LeaseRenewOperation) => {
      sent.push({ at: time.now(), ids });
      if (!leader.isKnown) return new Promise(() => undefined);
      const renewed = { kind: "lease-renew", revision: 1, ttls: ids.map(ttlOf) } as const;
      return answers.shift() ?? renewed;
    },
  });
  const renew = (id: bigint) => renewals.renew(id, { deadline: time.now() + 7_000 });
  const renewLed = (id: bigint) =>
    renewals.renew(id, { deadline: time.now() + 7_000, requireLeader: true });
  return { time, sent, answers, leader, renewals, renew, renewLed };
}

const ELECTION_TIMEOUT_MS = 1_000;

/** Of odd ids there is no lease. */
function ttlOf(id: bigint): number {
  return id % 2n === 0n ? Number(id) * 10 : 0;
}

describe("renewals", () => {
  test("go out at once after a rest, and then those of 50 ms together", async () => {
    const { time, sent, renew } = stage();
    await time.advance(1_000);
    const all = [renew(2n)];
    await time.advance(10);
    for (const id of [4n, 5n, 4n]) all.push(renew(id));
    await time.advance(10);
    all.push(renew(6n));
    await time.advance(40);

    await expect(Promise.all(all)).resolves.toEqual([20, 40, 0, 40, 60]);
    expect(sent).toEqual([
      { at: 1_000, ids: [2n] },
      { at: 1_050, ids: [4n, 5n, 6n] },
    ]);
  });

  test("are at most 1,024 in an operation", async () => {
    const { time, sent, renew } = stage();
    const all = Array.from({ length: 2_500 }, (_, at) => renew(BigInt(2 * at + 2)));
    await time.advance(50);

    const ttls = await Promise.all(all);
    expect(sent.map(({ ids }) => ids.length)).toEqual([1024, 1024, 452]);
    expect(ttls.at(-1)).toBe(50_000);
  });

  test("are made again if only their answer is lost", async () => {
    const { time, sent, answers, renew } = stage();
    answers.push({ kind: "answer-gone", revision: 3 });
    const one = renew(2n);
    await time.advance(50);

    await expect(one).resolves.toBe(20);
    expect(sent).toHaveLength(2);
  });

  test("are refused beyond a bound, and end with the node", async () => {
    const { time, renewals, renew } = stage();
    const all = Array.from({ length: RENEWALS_PENDING_MAX }, () => renew(2n));
    await expect(renew(2n)).rejects.toMatchObject({ code: "OVERLOADED" });

    renewals.failAll({ code: "STOPPED" } as never);

    await expect(all[0]).rejects.toMatchObject({ code: "STOPPED" });
    const settled = await Promise.allSettled(all);
    expect(settled.every(({ status }) => status === "rejected")).toBe(true);
    await time.turn();
  });
});

describe("a caller that wants a leader", () => {
  test("is refused at once where none is known", async () => {
    const { time, sent, leader, renewLed } = stage();
    leader.isKnown = false;

    await expect(renewLed(2n)).rejects.toMatchObject({ code: "NO_LEADER" });
    await time.advance(50);
    expect(sent).toEqual([]);
  });

  test("waits while none is known for three election timeouts, and no longer; others wait on", async () => {
    const { time, leader, renew, renewLed } = stage();
    const ended: string[] = [];
    const follow = (name: string, one: Promise<number>) =>
      one.catch(({ code }: { readonly code: string }) => ended.push(`${name} ${code}`));
    void follow("led", renewLed(2n));
    void follow("not led", renew(2n));
    leader.isKnown = false;
    await time.advance(3 * ELECTION_TIMEOUT_MS - 1);
    expect(ended).toEqual([]);

    await time.advance(1);

    expect(ended).toEqual(["led NO_LEADER"]);
    expect(time.timers).toBe(0);
  });

  test("waits on where a leader is known again in between", async () => {
    const { time, leader, renewals, renewLed } = stage();
    let failure: unknown;
    renewLed(2n).catch((why: unknown) => {
      failure = why;
    });
    leader.isKnown = false;
    await time.advance(2 * ELECTION_TIMEOUT_MS);
    leader.isKnown = true;
    await time.advance(ELECTION_TIMEOUT_MS);
    leader.isKnown = false;
    await time.advance(2 * ELECTION_TIMEOUT_MS);
    expect(failure).toBeUndefined();

    renewals.failAll({ code: "STOPPED" } as never);
    expect(time.timers).toBe(0);
  });
});
