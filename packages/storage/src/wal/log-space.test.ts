import { silentLogger } from "@holdfast/base";
import { expect, test } from "vitest";
import { append, entry, openLog, readAll, SECTOR } from "../../test/log-fixture.ts";
import { ManualClock, realTurn } from "../../test/manual-time.ts";
import { WatchedFiles } from "../../test/watched-files.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { DiskFullError } from "../storage-errors.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

const SEGMENT = 8 * 1024;
/** Seven entries of this size fill a segment of 8 KiB behind its own first frame. */
const LARGE = 900;

async function openLimited(
  files: MemoryFiles,
  options: { readonly reserveBytes?: number; readonly clock?: ManualClock } = {},
): Promise<WriteAheadLog> {
  const { log } = await WriteAheadLog.open({
    files,
    directory: "wal",
    segmentBytes: SEGMENT,
    logger: silentLogger,
    ...options,
  });
  return log;
}

/** Appends large entries one by one, and lets what goes on in the background end after each. */
async function appendAll(log: WriteAheadLog, from: number, to: number): Promise<void> {
  for (let index = from; index <= to; index++) {
    await log.append([append(entry(index, 1, LARGE))]);
    await settled();
  }
}

/** Files in memory answer in microtasks, so all that can go on has gone on after a turn or two. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await realTurn.next();
}

test("the next segment is ready before the current one is half full", async () => {
  const log = await openLimited(new MemoryFiles());

  await appendAll(log, 1, 2);
  const { spareReady, segments } = log.stats();

  expect({ spareReady, segments, lack: log.lack }).toEqual({
    spareReady: true,
    segments: 1,
    lack: undefined,
  });
});

test("half of a segment before its end the log says that there is no room for the next, and why", async () => {
  const log = await openLimited(new MemoryFiles({ capacityBytes: SEGMENT + 1_000 }));
  await appendAll(log, 1, 2);
  expect(log.lack).toBeUndefined();

  await appendAll(log, 3, 4);

  expect(log.lack).toContain("the log's next segment takes");
});

test("a segment is not made ahead of need where less than the reserve would be left", async () => {
  const files = new MemoryFiles({ capacityBytes: 2 * SEGMENT + 999 });
  const log = await openLimited(files, { reserveBytes: 1_000 });
  await appendAll(log, 1, 4);
  expect(log.stats().spareReady).toBe(false);
  expect(log.lack).toContain("must stay free");

  files.capacityBytes = 2 * SEGMENT + 1_000;
  log.prepareAgain();
  await settled();

  expect(log.lack).toBeUndefined();
  expect(log.stats().spareReady).toBe(true);
});

test("a segment that could not be made whole takes none of the disk", async () => {
  const files = new MemoryFiles();
  const limited = new WatchedFiles(files, (change) => {
    if (change.kind === "sync" && change.path.endsWith(".tmp")) {
      throw new DiskFullError(change.path, { cause: undefined });
    }
  });

  const { log } = await openLog(limited, { segmentBytes: SEGMENT });

  await expect(log.append([append(entry(1))])).rejects.toMatchObject({ code: "LOG_FAILED" });
  expect(files.paths()).toEqual([]);
});

test("an append that needs a segment waits for room, and nothing is lost by it", async () => {
  const files = new MemoryFiles({ capacityBytes: SEGMENT + 1_000 });
  const clock = new ManualClock();
  const log = await openLimited(files, { clock });
  await appendAll(log, 1, 7);
  let isDone = false;
  const waiting = log.append([append(entry(8, 1, LARGE))]).then(() => {
    isDone = true;
  });
  await settled();
  clock.advance(1_000);
  await settled();
  expect(isDone).toBe(false);

  files.capacityBytes = 2 * SEGMENT;
  clock.advance(1_000);
  await waiting;

  const { log: again } = await openLog(files.clone());
  expect(await readAll(again)).toHaveLength(8);
});

test("an append that waits for room fails when the replica stops", async () => {
  const clock = new ManualClock();
  const log = await openLimited(new MemoryFiles({ capacityBytes: 100 }), { clock });
  const waiting = log.append([append(entry(1))]);
  waiting.catch(() => undefined);
  await settled();
  expect(log.lack).toContain("the log's next segment takes");

  await log.close();

  await expect(waiting).rejects.toMatchObject({ code: "LOG_FAILED" });
});

test("a segment that cannot be made for a limit on files is tried ever more rarely, and writes little", async () => {
  const clock = new ManualClock();
  const written: number[] = [];
  const files = new WatchedFiles(new MemoryFiles(), (change) => {
    if (change.kind !== "write" || !change.path.endsWith(".tmp")) return;
    written.push(change.bytes.length);
    const isBeyond = change.offset + change.bytes.length > SEGMENT / 2;
    if (isBeyond) throw new DiskFullError(change.path, { cause: undefined });
  });
  const { log } = await WriteAheadLog.open({
    files,
    directory: "wal",
    segmentBytes: SEGMENT,
    logger: silentLogger,
    clock,
  });
  const waiting = log.append([append(entry(1))]);
  waiting.catch(() => undefined);

  for (let ms = 0; ms < 60_000; ms += 250) {
    await settled();
    clock.advance(250);
  }

  expect(written.length).toBeLessThan(20);
  expect(new Set(written)).toEqual(new Set([SECTOR]));
  await log.close();
});
