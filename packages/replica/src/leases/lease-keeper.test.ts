import { describe, expect, test } from "vitest";
import { ELECTION_MS, LeaseStage } from "../../test/lease-stage.ts";
import { CHECKPOINT_MS, EXPIRIES_UNDER_WAY_MAX } from "./lease-keeper.ts";

const LOOK_MS = 100;

/** A stage whose leader keeps leases already. */
async function keeping(): Promise<LeaseStage> {
  const stage = new LeaseStage();
  await stage.time.advance(LOOK_MS);
  return stage;
}

test("looks at nothing while another leads", async () => {
  const stage = await keeping();
  expect(stage.time.timers).toBe(1);

  stage.keeper.stop();
  expect(stage.time.timers).toBe(0);
  stage.keeper.start();
  stage.keeper.start();

  expect(stage.time.timers).toBe(1);
});

test("takes the time in which it did not lead for no stall of its own", async () => {
  const stage = await keeping();
  stage.grant(7n, 2);
  stage.keeper.stop();
  await stage.time.advance(60_000);
  stage.leads = 2;
  stage.noop(2);
  stage.keeper.start();
  await stage.time.advance(LOOK_MS);

  await stage.time.advance(2_000 + ELECTION_MS - 1);
  expect(stage.has(7n)).toBe(true);
  await stage.time.advance(LOOK_MS);

  expect(stage.has(7n)).toBe(false);
});

describe("a leader", () => {
  test("ends a lease once its time is over, and not before", async () => {
    const stage = await keeping();
    stage.grant(7n, 2);

    await stage.time.advance(1_999);
    expect(stage.has(7n)).toBe(true);

    await stage.time.advance(1 + LOOK_MS);
    expect(stage.has(7n)).toBe(false);
    expect(stage.keeper.expired).toBe(1);
  });

  test("never ends one that is renewed in time", async () => {
    const stage = await keeping();
    stage.grant(7n, 2);

    for (let round = 0; round < 20; round++) {
      await stage.time.advance(1_800);
      stage.renew(7n);
    }

    expect(stage.proposed).toEqual([]);
    expect(stage.keeper.remainingMs(7n)).toBe(2_000);
  });

  test("leaves alone one that was renewed while its end was on its way", async () => {
    const stage = await keeping();
    stage.grant(7n, 2);
    stage.held = true;
    await stage.time.advance(2_000 + LOOK_MS);
    expect(stage.proposed).toHaveLength(1);
    stage.renew(7n);

    stage.release();
    await stage.time.advance(1_000);

    expect(stage.has(7n)).toBe(true);
    expect(stage.keeper.expired).toBe(0);
    await stage.time.advance(1_000 + LOOK_MS);
    expect(stage.has(7n)).toBe(false);
  });

  test("tries again what did not go through", async () => {
    const stage = await keeping();
    stage.grant(7n, 2);
    stage.held = true;
    await stage.time.advance(2_000 + LOOK_MS);
    // Applied in the term of another leader it does nothing.
    const { leads } = stage;
    stage.leads = 9;
    stage.release();
    await stage.time.turn();
    expect(stage.has(7n)).toBe(true);
    stage.leads = leads;

    stage.noop(1);
    await stage.time.advance(2_000 + ELECTION_MS + 2 * LOOK_MS);

    expect(stage.has(7n)).toBe(false);
  });

  test("ends none while an alarm keeps leases from ending, and all once it is over", async () => {
    const stage = await keeping();
    stage.grant(7n, 2);
    const corrupt = { member: 3n, kind: "corrupt" } as const;
    stage.apply({ kind: "alarm", action: "activate", alarm: corrupt });

    await stage.time.advance(60_000);
    expect(stage.proposed).toEqual([]);
    expect(stage.keeper.remainingMs(7n)).toBe(0);
    stage.apply({ kind: "alarm", action: "deactivate", alarm: corrupt });
    await stage.time.advance(LOOK_MS);

    expect(stage.has(7n)).toBe(false);
  });

  test("ends a thousand in a second, and has as many under way at most", async () => {
    const stage = await keeping();
    for (let id = 1n; id <= 3_000n; id++) stage.grant(id, 2);
    await stage.time.advance(2_000);

    await stage.time.advance(1_000);
    expect(stage.keeper.expired).toBeGreaterThanOrEqual(900);
    expect(stage.keeper.expired).toBeLessThanOrEqual(1_100);

    stage.held = true;
    const before = stage.proposed.length;
    await stage.time.advance(5_000);
    expect(stage.proposed.length - before).toBe(EXPIRIES_UNDER_WAY_MAX);
    stage.release();
    await stage.time.advance(2_000);
    expect(stage.machine.leases.count).toBe(0);
  });

  test("that stood still for longer than a lease lives gives its holder time to be heard", async () => {
    const stage = await keeping();
    stage.grant(7n, 2);
    await stage.time.advance(1_900);

    stage.time.stall(60_000);
    await stage.time.advance(400);
    expect(stage.proposed).toEqual([]);
    stage.renew(7n);
    await stage.time.advance(1_500);
    expect(stage.has(7n)).toBe(true);

    await stage.time.advance(1_200);
    expect(stage.has(7n)).toBe(false);
  });

  test("says what is left to all replicas, of leases that live long", async () => {
    const stage = await keeping();
    stage.grant(7n, 600);
    stage.grant(8n, 10_000);
    stage.grant(9n, 60);

    await stage.time.advance(CHECKPOINT_MS / 2);
    stage.renew(8n);
    await stage.time.advance(CHECKPOINT_MS / 2 - LOOK_MS);
    expect(stage.machine.leases.find(7n)?.remainingSeconds).toBe(600);
    await stage.time.advance(2 * LOOK_MS);

    expect(stage.machine.leases.find(7n)?.remainingSeconds).toBe(540);
    expect(stage.machine.leases.find(8n)?.remainingSeconds).toBe(10_000);
    await stage.time.advance(CHECKPOINT_MS);
    expect(stage.machine.leases.find(7n)?.remainingSeconds).toBeLessThanOrEqual(480);
    expect(stage.has(9n)).toBe(false);
  });
});

describe("a new leader", () => {
  test("knows of no time before an entry of its own is applied", async () => {
    const stage = new LeaseStage();
    stage.grant(7n, 2);
    stage.leads = 2;

    await stage.time.advance(60_000);
    expect(stage.proposed).toEqual([]);
    expect(stage.keeper.remainingMs(7n)).toBeUndefined();

    stage.noop(2);
    await stage.time.advance(LOOK_MS);
    expect(stage.keeper.remainingMs(7n)).toBe(2_000 + ELECTION_MS);
  });

  test("gives each lease what was left of it, and an election timeout", async () => {
    const stage = await keeping();
    stage.grant(7n, 100);
    await stage.time.advance(CHECKPOINT_MS + 20_000);
    stage.leads = undefined;
    await stage.time.advance(LOOK_MS);
    stage.leads = 2;
    stage.noop(2);
    await stage.time.advance(LOOK_MS);

    expect(stage.keeper.remainingMs(7n)).toBe(40_000 + ELECTION_MS);
    await stage.time.advance(40_000 + ELECTION_MS - LOOK_MS);
    expect(stage.has(7n)).toBe(true);
    await stage.time.advance(2 * LOOK_MS);
    expect(stage.has(7n)).toBe(false);
  });

  test("takes many over without holding the event loop", async () => {
    const stage = new LeaseStage();
    for (let id = 1n; id <= 10_000n; id++) stage.grant(id, 60);
    const before = stage.time.turns;
    stage.leads = 2;
    stage.noop(2);

    await stage.time.advance(LOOK_MS);

    expect(stage.time.turns - before).toBeGreaterThanOrEqual(5);
    expect(stage.keeper.deadlines.size).toBe(10_000);
  });
});

test("a member that leads no longer keeps no leases", async () => {
  const stage = await keeping();
  stage.grant(7n, 2);
  stage.leads = undefined;

  await stage.time.advance(60_000);

  expect(stage.proposed).toEqual([]);
  expect(stage.keeper.deadlines.size).toBe(0);
});
