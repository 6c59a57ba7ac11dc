import { silentLogger, toByteString } from "@holdfast/base";
import { expect, test } from "vitest";
import { FullDisk } from "../../test/full-disk.ts";
import { ManualClock, realTurn } from "../../test/manual-time.ts";
import { StateStore } from "../overlay/state-store.ts";
import { ViewExpiredError } from "../storage-errors.ts";
import { EngineWithBallast } from "./engine-with-ballast.ts";

const RETRY_MS = 1_000;
const ALL = { from: "", to: "z", limit: 10 };

async function openOn(disk: FullDisk) {
  const clock = new ManualClock();
  const engine = await EngineWithBallast.open({
    open: () => disk.open(),
    place: "state.1",
    ballast: disk,
    freeBytes: async () => disk.freeBytes,
    clock,
    logger: silentLogger,
    limits: { openBytes: 10, retryMs: RETRY_MS, attemptsMax: 5 },
  });
  return { engine, clock };
}

function row(key: string) {
  return { key, value: Uint8Array.from(key, (letter) => letter.charCodeAt(0)) };
}

/** Lets everything go on that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await realTurn.next();
}

/** Holds the engine back while it is opened; the answer lets it come back. */
function holdOpening(disk: FullDisk): () => void {
  let letBack: () => void = () => undefined;
  disk.beforeOpen = () =>
    new Promise((resolve) => {
      letBack = resolve;
    });
  return () => letBack();
}

test("a batch that finds no room is written at the cost of the ballast, and what was there stays", async () => {
  const disk = new FullDisk();
  const { engine } = await openOn(disk);
  await engine.writeDurably([row("before")]);
  Object.assign(disk, { freeBytes: 0, ballastBytes: 50 });

  await engine.writeDurably([row("full")]);

  expect(disk).toMatchObject({ opened: 2, ballastBytes: 0 });
  expect((await engine.scan(ALL)).map(({ key }) => key)).toEqual(["before", "full"]);
});

test("without a ballast the batch waits for room, and the engine can be read meanwhile", async () => {
  const disk = new FullDisk();
  const { engine, clock } = await openOn(disk);
  await engine.writeDurably([row("before")]);
  disk.freeBytes = 0;

  const writing = engine.writeDurably([row("full")]);
  await settled();
  clock.advance(RETRY_MS);
  await settled();
  expect(engine.isAway).toBe(false);
  expect(engine.getSync("before")).toEqual(row("before").value);

  disk.freeBytes = 100;
  clock.advance(RETRY_MS);
  await writing;
  expect(engine.getSync("full")).toEqual(row("full").value);
});

test("attempts are bounded, and the last failure says where, how much is free and what to do", async () => {
  const disk = new FullDisk();
  const { engine, clock } = await openOn(disk);
  disk.freeBytes = 3;
  const writing = engine.writeDurably([row("full")]).catch((failure: unknown) => failure);

  for (let attempt = 1; attempt <= 5; attempt++) {
    await settled();
    clock.advance(RETRY_MS);
  }

  expect(await writing).toMatchObject({
    code: "DISK_FULL",
    message:
      "no space is left on the disk to write state.1 (3 bytes free, 5 attempts): free disk space, then restart the node",
  });
});

test("a batch that waits for room fails when the replica stops", async () => {
  const disk = new FullDisk();
  const { engine } = await openOn(disk);
  disk.freeBytes = 0;
  const writing = engine.writeDurably([row("full")]).catch((failure: unknown) => failure);
  await settled();

  engine.stopWaiting();

  expect(await writing).toMatchObject({ code: "DISK_FULL" });
});

test("whoever reads while the engine is away waits, and sees what was there", async () => {
  const disk = new FullDisk();
  const { engine } = await openOn(disk);
  await engine.writeDurably([row("before")]);
  Object.assign(disk, { freeBytes: 0, ballastBytes: 50 });
  const letBack = holdOpening(disk);
  const writing = engine.writeDurably([row("full")]);
  await settled();
  expect(engine.isAway).toBe(true);

  const reads = Promise.all([engine.getMany(["before"]), engine.snapshot().scan(ALL)]);
  letBack();
  const [[value], rows] = await reads;
  await writing;

  expect(toByteString(value ?? new Uint8Array())).toBe("before");
  expect(rows.map(({ key }) => key)).toEqual(["before"]);
});

test("an engine that does not come back fails those who wait", async () => {
  const disk = new FullDisk();
  const { engine } = await openOn(disk);
  Object.assign(disk, { freeBytes: 0, ballastBytes: 50 });
  disk.beforeOpen = async () => {
    disk.freeBytes = 0;
  };
  const writing = engine.writeDurably([row("full")]).catch((failure: unknown) => failure);
  await settled();
  const reading = engine.getMany(["a"]).catch((failure: unknown) => failure);

  engine.stopWaiting();

  expect(await writing).toMatchObject({ code: "DISK_FULL" });
  expect(await reading).toMatchObject({ code: "DISK_FULL" });
});

test("opening on a full disk costs the ballast", async () => {
  const disk = new FullDisk();
  Object.assign(disk, { freeBytes: 0, ballastBytes: 50 });

  await openOn(disk);

  expect(disk).toMatchObject({ opened: 1, ballastBytes: 0 });
});

test("a View of before ends as expired, one of now shows everything, and no applied row is lost", async () => {
  const disk = new FullDisk();
  const { engine, clock } = await openOn(disk);
  const store = StateStore.open({ engine, clock, logger: silentLogger });
  store.put("a", row("a").value);
  store.commitPoint(1);
  await store.flush();
  const before = store.view();
  Object.assign(disk, { freeBytes: 0, ballastBytes: 50 });
  store.put("b", row("b").value);
  store.commitPoint(2);

  await store.flush();

  await expect(before.scan(ALL)).rejects.toBeInstanceOf(ViewExpiredError);
  const now = store.view();
  expect((await now.scan(ALL)).map(({ key }) => key)).toEqual(["a", "b"]);
  now.close();
  before.close();
  expect(store).toMatchObject({ durableIndex: 2 });
});

test("what the applier reads while the engine goes away is read again from the new one", async () => {
  const disk = new FullDisk();
  const { engine, clock } = await openOn(disk);
  const store = StateStore.open({ engine, clock, logger: silentLogger });
  store.put("a", row("a").value);
  store.commitPoint(1);
  await store.flush();
  // So that the applier's snapshot is one that was taken before.
  const view = store.view();
  Object.assign(disk, { freeBytes: 0, ballastBytes: 50 });
  const letBack = holdOpening(disk);
  store.put("b", row("b").value);
  store.commitPoint(2);
  const flushing = store.flush();
  await settled();
  expect(store.readsAreSlow).toBe(true);

  const reading = store.applyReads().rows(["a", "b"]);
  letBack();

  expect(await reading).toEqual([row("a").value, row("b").value]);
  await flushing;
  view.close();
});
