import { type MemberId, silentLogger } from "@holdfast/base";
import { NO_MEMBERSHIP, type RoleName } from "@holdfast/raft";
import { expect, test } from "vitest";
import { ManualTime } from "../test/manual-time.ts";
import { handOver } from "./hand-over.ts";

const SELF = 1 as MemberId;
const OTHER = 2 as MemberId;
const WITHIN_MS = 1000;

/** Hands over from a member whose question comes to what is given; tells when it was done, ms. */
async function handedOver(
  { role = "leader", voters = [SELF, OTHER] }: { role?: RoleName; voters?: readonly MemberId[] },
  answer: () => Promise<MemberId>,
): Promise<{ readonly asked: number; readonly ms: number | undefined }> {
  const time = new ManualTime();
  let asked = 0;
  let ms: number | undefined;
  const ask = (): Promise<MemberId> => {
    asked += 1;
    return answer();
  };
  const status = () => ({ role, membership: { ...NO_MEMBERSHIP, voters } });
  const member = { id: SELF, status, administration: { ask } } as unknown as Parameters<
    typeof handOver
  >[0];
  void handOver(member, { clock: time, logger: silentLogger }, WITHIN_MS).then(() => {
    ms = time.now();
  });
  for (let step = 0; step <= 2 * WITHIN_MS && ms === undefined; step++) await time.advance(1);
  return { asked, ms };
}

const never = (): Promise<MemberId> => new Promise(() => undefined);

test("a leader goes when another leads, or would not", async () => {
  const done = await handedOver({}, () => Promise.resolve(OTHER));
  const refused = await handedOver({}, () => Promise.reject(new Error("nobody can")));

  expect(done).toEqual({ asked: 1, ms: expect.any(Number) });
  expect(done.ms).toBeLessThan(10);
  expect(refused.ms).toBeLessThan(10);
});

test("a leader waits no longer than it is given", async () => {
  const { ms } = await handedOver({}, never);

  expect(ms).toBeGreaterThanOrEqual(WITHIN_MS);
  expect(ms).toBeLessThan(WITHIN_MS + 10);
});

test("a follower and a cluster of one have nothing to hand over", async () => {
  const follower = await handedOver({ role: "follower" }, never);
  const alone = await handedOver({ voters: [SELF] }, never);

  expect([follower.asked, alone.asked]).toEqual([0, 0]);
  expect([follower.ms, alone.ms].every((ms) => ms !== undefined && ms < 10)).toBe(true);
});
