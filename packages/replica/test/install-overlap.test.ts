import { FIRST_GROUP, silentLogger } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import { DiskFullError, type Engine, EngineWithBallast } from "@holdfast/storage";
import { expect, test } from "vitest";
import { fingerprint, madeState, putEntries } from "./made-state.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { StoreLife } from "./store-life.ts";

const ENTRIES = putEntries(320, { valueBytes: 300 });
const OLD = 40;
const NEW = 300;
const FULL = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });

/** A disk whose engines can be kept from opening, and whose first state can run out of room. */
class TroubledDisk extends MemoryDisk {
  readonly time: ManualTime;
  /** Awaited before an engine is opened. */
  beforeOpen: (directory: string) => Promise<void> = async () => undefined;
  isFull = false;

  constructor(time: ManualTime) {
    super();
    this.time = time;
    this.beforeBatch = async (directory) => {
      if (this.isFull && directory === "state.1") {
        throw new DiskFullError(directory, { cause: FULL });
      }
    };
  }

  override async openEngine(directory: string): Promise<Engine> {
    const open = async (): Promise<Engine> => {
      await this.beforeOpen(directory);
      return super.openEngine(directory);
    };
    if (directory !== "state.1") return open();
    return EngineWithBallast.open({
      open,
      place: directory,
      ballast: { release: async () => false },
      freeBytes: async () => (this.isFull ? 0 : undefined),
      clock: this.time,
      logger: silentLogger,
    });
  }
}

async function opened(): Promise<{
  readonly time: ManualTime;
  readonly disk: TroubledDisk;
  readonly life: StoreLife;
}> {
  const time = new ManualTime();
  const disk = new TroubledDisk(time);
  const life = await StoreLife.open(disk, time);
  await life.take(ENTRIES.slice(0, OLD));
  return { time, disk, life };
}

function stateOf(entries: readonly Entry[], time: ManualTime): ReturnType<typeof madeState> {
  return madeState(entries, time, new MemoryDisk());
}

test("a state that is installed while the one before is still being opened takes its place", async () => {
  const { time, disk, life } = await opened();
  const first = await stateOf(ENTRIES.slice(0, NEW), time);
  const second = await stateOf(ENTRIES, time);
  await life.stage(first.engine.snapshot());
  let letOpen: () => void = () => undefined;
  disk.beforeOpen = (directory) =>
    directory === "state.2" ? new Promise((resolve) => (letOpen = resolve)) : Promise.resolve();
  await life.install(first.machine.applied, ENTRIES.slice(NEW, NEW + 5));
  life.current.applyTo(NEW + 5);

  await life.stage(second.engine.snapshot());
  await life.install(second.machine.applied);
  letOpen();
  await time.advance(20);

  expect(life.failures).toEqual([]);
  expect(life.current.applied).toBe(ENTRIES.length);
  expect(await fingerprint(life.current.state, time)).toBe(await fingerprint(second, time));
  expect(life.log.head(FIRST_GROUP).stateDirectory).toBe("state.3");
  await life.stop();
  expect([...disk.open.values()]).toEqual([0, 0, 0]);
});

test("a replaced state whose last batch finds no room takes nobody with it", async () => {
  const { time, disk, life } = await opened();
  const leader = await stateOf(ENTRIES.slice(0, NEW), time);
  disk.isFull = true;
  await life.append(ENTRIES.slice(OLD, OLD + 5));
  await life.apply(OLD + 5);
  await time.advance(200);
  await life.stage(leader.engine.snapshot());

  await life.install(leader.machine.applied);
  await time.advance(5_000);

  expect(life.failures).toEqual([]);
  expect(life.current.applied).toBe(NEW);
  await life.stop();
});

test("a stop does not wait for room on the disk while a state that lacks it is to be replaced", async () => {
  const { time, disk, life } = await opened();
  const leader = await stateOf(ENTRIES.slice(0, NEW), time);
  await life.append(ENTRIES.slice(OLD, OLD + 10));
  await life.stage(leader.engine.snapshot());
  disk.isFull = true;
  await life.apply(OLD + 5);
  await time.advance(200);
  // There was room to close it, and none to open it again: whoever reads it waits.
  disk.isFull = false;
  disk.beforeOpen = async (directory) => {
    if (directory === "state.1") throw new DiskFullError(directory, { cause: FULL });
  };
  await time.advance(2_000);
  expect(life.current.state.engine.isAway).toBe(true);
  life.current.applyTo(OLD + 10);
  await time.advance(10);
  await life.install(leader.machine.applied);

  let isStopped = false;
  void life.current.stop({ flush: true }).then(() => {
    isStopped = true;
  });
  await time.advance(100);

  expect(isStopped).toBe(true);
});
