import type { Engine } from "@holdfast/storage";
import { expect, test } from "vitest";
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

test("one whose state is still being opened tells the term that its log holds, not 0", async () => {
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

  const again = await replicaOn(disk, time);
  const starting = again.replica.start(again.network);
  await time.advance(100);

  expect(term).toBeGreaterThan(0);
  expect(again.replica.status()).toMatchObject({ memberId: undefined, term });
  const stopping = again.replica.stop();
  disk.letOpen?.();
  await time.until(Promise.all([starting, stopping]));
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
