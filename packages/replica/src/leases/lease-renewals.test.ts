import type { LeaseRenewOperation, OperationResult } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { LeaseRenewals, RENEWALS_PENDING_MAX } from "./lease-renewals.ts";

function stage() {
  const time = new ManualTime();
  const sent: { readonly at: number; readonly ids: readonly bigint[] }[] = [];
  const answers: OperationResult[] = [];
  const renewals = new LeaseRenewals({
    clock: time,
    propose: async ({ ids }: LeaseRenewOperation) => {
      sent.push({ at: time.now(), ids });
      const renewed = { kind: "lease-renew", revision: 1, ttls: ids.map(ttlOf) } as const;
      return answers.shift() ?? renewed;
    },
  });
  const renew = (id: bigint) => renewals.renew(id, { deadline: time.now() + 7_000 });
  return { time, sent, answers, renewals, renew };
}

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
