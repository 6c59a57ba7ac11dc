import type { Engine } from "@holdfast/storage";
import { describe, expect, test } from "vitest";
import { replicaOn } from "./lone-replica.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";

/** A disk whose states can be kept from opening. */
class SlowDisk extends MemoryDisk {
  letOpen: (() => void) | undefined;

  override async openEngine(directory: string): Promise<Engine> {
    await new Promise<void>((resolve) => {
      this.letOpen = resolve;
    });
    return super.openEngine(directory);
  }
}

test("a replica that is stopped leaves no timer and no engine behind", async () => {
  const time = new ManualTime();
  const disk = new MemoryDisk();
  const { replica, network } = await replicaOn(disk, time);
  await replica.start(network);
  await time.advance(5_000);
  expect(replica.status().role).toBe("leader");

  await time.until(replica.stop());

  expect([...disk.open.values()]).toEqual([0]);
  expect(time.timers).toBe(0);
});

test("nor does one that is stopped while its state is being opened", async () => {
  const time = new ManualTime();
  const disk = new SlowDisk();
  const { replica, network } = await replicaOn(disk, time);
  await replica.start(network);
  for (let ms = 0; ms < 5_000 && disk.letOpen === undefined; ms++) await time.advance(1);

  const stopping = replica.stop();
  disk.letOpen?.();
  await time.until(stopping);

  expect([...disk.open.values()]).toEqual([0]);
  expect(time.timers).toBe(0);
});

describe("one whose state is still being opened", () => {
  /** The term that it came to before it stopped, and what it says of itself now. */
  async function opening() {
    const time = new ManualTime();
    const disk = new SlowDisk();
    const first = await replicaOn(disk, time);
    await first.replica.start(first.network);
    for (let ms = 0; ms < 5_000 && disk.letOpen === undefined; ms++) await time.advance(1);
    disk.letOpen?.();
    await time.advance(5_000);
    const { term } = first.replica.status();
    await time.until(first.replica.stop());
    await time.until(first.log.close());
    const { replica, network } = await replicaOn(disk, time);
    const starting = replica.start(network);
    await time.advance(100);
    const told = { status: replica.status(), identity: replica.identity() };
    const stopping = replica.stop();
    disk.letOpen?.();
    await time.until(Promise.all([starting, stopping]));
    return { term, ...told };
  }

  test("tells the term that its log holds, not 0", async () => {
    const { term, status } = await opening();

    expect(term).toBeGreaterThan(0);
    expect(status).toMatchObject({ memberId: undefined, term });
  });

  test("is born, and does not pass off as committed what its log began with", async () => {
    const { identity } = await opening();

    expect(identity.clusterId).toBeGreaterThan(0);
    expect(identity.membership?.voters).toHaveLength(1);
    expect(identity.membershipCommitted).toBe(false);
  });
});

test("one that is stopped while it is being born has ended all of it when its stop has", async () => {
  const time = new ManualTime();
  const disk = new SlowDisk();
  const { replica, network, log } = await replicaOn(disk, time);
  let letWrite: (() => void) | undefined;
  const append = log.append.bind(log);
  log.append = async (writes) => {
    await new Promise<void>((resolve) => {
      letWrite = resolve;
    });
    await append(writes);
  };
  await replica.start(network);
  for (let ms = 0; ms < 5_000 && letWrite === undefined; ms++) await time.advance(1);

  let isStopped = false;
  const stopping = replica.stop().then(() => {
    isStopped = true;
  });
  await time.advance(10);
  expect(isStopped).toBe(false);
  letWrite?.();
  await time.until(stopping);
  await time.advance(10);

  expect(disk.letOpen).toBeUndefined();
  expect(time.timers).toBe(0);
});
