import { FIRST_GROUP, type MemberId, SeededRandom, silentLogger } from "@holdfast/base";
import type { Entry, PersistBatch } from "@holdfast/raft";
import { type Files, MemoryFiles, WriteAheadLog } from "@holdfast/storage";
import { CrashDisk } from "@holdfast/storage/faults";
import { expect, test } from "vitest";
import { ManualTime } from "../test/manual-time.ts";
import { LogWriter } from "./log-writer.ts";

const KIB = 1024;
const SEGMENT = { directory: "wal", segmentBytes: 64 * KIB, logger: silentLogger };

/** Writes one batch; resolves with what became durable, or why nothing did. */
async function written(files: Files, batch: PersistBatch, writeBytesMax = 16 * KIB) {
  const { log } = await WriteAheadLog.open({ files, ...SEGMENT });
  return new Promise<{ log: WriteAheadLog; persisted: number }>((resolve, reject) => {
    const writer = new LogWriter({
      log,
      group: FIRST_GROUP,
      membershipCodec: { encode: () => new Uint8Array(), decode: () => never() },
      clock: new ManualTime(),
      writeBytesMax,
      directoryOf: never,
      installed: never,
      observe: () => undefined,
      persisted: (persisted) => resolve({ log, persisted }),
      fail: reject,
    });
    writer.write(batch);
  });
}

function never(): never {
  throw new Error("nothing of this is in the batch");
}

function entries(count: number, bytes: number): readonly Entry[] {
  return Array.from({ length: count }, (_, at) => ({
    index: at + 1,
    term: 3,
    kind: "commands" as const,
    payload: new Uint8Array(bytes).fill(at),
  }));
}

function batchOf(written: readonly Entry[]): PersistBatch {
  const hardState = { term: 3, vote: 1 as MemberId, commit: written.length };
  return { seq: 7, hardState, entries: written, compact: undefined, install: undefined };
}

test("a turn's entries may be more than a segment of the log holds", async () => {
  const { log, persisted } = await written(new MemoryFiles(), batchOf(entries(20, 8 * KIB)));

  expect(persisted).toBe(7);
  expect(log.lastIndex(FIRST_GROUP)).toBe(20);
  expect(log.head(FIRST_GROUP).hardState).toEqual({ term: 3, vote: 1 as MemberId, commit: 20 });
  const [last] = await log.read(FIRST_GROUP, 20, 20, KIB);
  expect(last?.payload).toEqual(new Uint8Array(8 * KIB).fill(19));
});

test("one write takes no more than a segment of the log holds, whatever it may", async () => {
  const batch = batchOf(entries(200, KIB));

  const { log } = await written(new MemoryFiles(), batch, 4 * KIB * KIB);

  expect(log.lastIndex(FIRST_GROUP)).toBe(200);
});

test("a crash between the parts of a turn leaves a log whose commit is not beyond its end", async () => {
  const batch = batchOf(entries(9, 12 * KIB));
  const seen = new Set<number>();
  for (let at = 1; at < 100; at++) {
    const disk = new CrashDisk({ random: new SeededRandom(at) });
    disk.crashAt(at, "power cut");
    const done = await written(disk.boot().files, batch).then(
      () => true,
      () => false,
    );
    if (done) break;
    const { files } = disk.boot();
    const { recovered } = await WriteAheadLog.open({ files, ...SEGMENT });
    for (const { lastIndex, head } of recovered.values()) {
      seen.add(lastIndex);
      expect(head.hardState.commit).toBeLessThanOrEqual(lastIndex);
      expect(lastIndex === 0 || head.hardState.term === 3).toBe(true);
    }
  }
  // Between the frames of two segments; elsewhere a frame is kept whole or not at all.
  expect(seen).toContain(5);
});
