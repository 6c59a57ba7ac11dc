import { type ClusterId, InvariantViolation } from "@holdfast/base";
import { expect, test } from "vitest";
import { append, entries, entry, hardState, openLog, readAll } from "../../test/log-fixture.ts";
import { WatchedFiles } from "../../test/watched-files.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { LogCompactedError, LogFailedError, LogWriteTooLargeError } from "./wal-errors.ts";

const membership = Uint8Array.of(1, 2, 3);

test("an empty directory is an unborn store, and opening it writes nothing", async () => {
  const files = new MemoryFiles();

  const { log, recovered } = await openLog(files);

  expect(recovered.size).toBe(0);
  expect(log.head(1)).toMatchObject({ clusterId: undefined, stateDirectory: "state.1" });
  expect(files.paths()).toEqual([]);
});

test("what was appended is there after opening again", async () => {
  const files = new MemoryFiles();
  const first = await openLog(files);
  await first.log.append([
    { group: 1, birth: { clusterId: 77 as ClusterId, membership } },
    hardState(3, 9, 2),
    append(...entries({ from: 1, to: 3, term: 2 }), entry(4, 3)),
  ]);
  await first.log.append([append({ index: 5, term: 3, kind: "membership", payload: membership })]);
  await first.log.close();

  const { log, recovered } = await openLog(files);

  expect(recovered.get(1)).toEqual({
    head: {
      group: 1,
      clusterId: 77,
      hardState: { term: 3, vote: 9, commit: 2 },
      compacted: { index: 0, term: 0 },
      membership,
      stateDirectory: "state.1",
    },
    lastIndex: 5,
    termRuns: [
      [1, 2],
      [4, 3],
    ],
    memberships: [{ index: 5, term: 3, kind: "membership", payload: membership }],
    torn: undefined,
  });
  expect(await log.read(1, 5, 5, 100)).toEqual([
    { index: 5, term: 3, kind: "membership", payload: membership },
  ]);
});

test("many writes of one append are one frame", async () => {
  const { log } = await openLog(new MemoryFiles(), { segmentBytes: 64 * 1024 });
  await log.append([append(entry(1))]);
  const before = log.stats().frames;

  await log.append(entries({ from: 2, to: 200 }).map((one) => append(one)));

  expect(log.stats().frames).toBe(before + 1);
  expect(await readAll(log)).toHaveLength(200);
});

test("an append above frameBytesMax is several frames in order", async () => {
  const { log } = await openLog(new MemoryFiles(), {
    segmentBytes: 64 * 1024,
    frameBytesMax: 1024,
  });
  await log.append([append(entry(1))]);
  const before = log.stats().frames;

  await log.append(entries({ from: 2, to: 100 }).map((one) => append(one)));

  expect(log.stats().frames).toBeGreaterThan(before + 5);
  expect(await readAll(log)).toHaveLength(100);
});

test("an entry at or below the last supersedes it and all behind it", async () => {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  await log.append([append(...entries({ from: 1, to: 10 }))]);
  await log.append([append(...entries({ from: 4, to: 5, term: 2 }))]);
  await log.append([append(entry(6, 2)), append(entry(5, 3), entry(6, 3))]);
  const expected = ["1/1", "2/1", "3/1", "4/2", "5/3", "6/3"];

  expect(await readAll(log)).toEqual(expected);
  await log.close();
  const again = await openLog(files);
  expect(await readAll(again.log)).toEqual(expected);
  expect(again.recovered.get(1)?.termRuns).toEqual([
    [1, 1],
    [4, 2],
    [5, 3],
  ]);
});

test("a superseded membership is not recovered", async () => {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  const kept = { index: 1, term: 1, kind: "membership", payload: membership } as const;
  await log.append([append(kept, { ...kept, index: 2 })]);
  await log.append([append(entry(2, 2))]);
  await log.close();

  const { recovered } = await openLog(files);

  expect(recovered.get(1)?.memberships).toEqual([kept]);
});

test("a read is bounded by bytes and always gives one entry", async () => {
  const { log } = await openLog(new MemoryFiles());
  await log.append([append(...entries({ from: 1, to: 10, size: 100 }))]);

  expect(await log.read(1, 2, 10, 1)).toHaveLength(1);
  expect(await log.read(1, 2, 10, 300)).toHaveLength(3);
  expect(await log.read(1, 2, 4, 10_000)).toHaveLength(3);
});

test("compacted entries are refused and their segments recycled", async () => {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  for (let index = 1; index <= 100; index++) await log.append([append(entry(index, 1, 400))]);
  expect(log.stats().segments).toBeGreaterThan(5);

  await log.append([{ group: 1, compact: { index: 95, term: 1, membership } }]);
  await log.append([append(entry(101, 1))]);
  await log.close();

  expect(log.stats().segments).toBeLessThanOrEqual(2);
  expect(files.paths().filter((path) => path.includes("spare")).length).toBeLessThanOrEqual(2);
  const again = await openLog(files);
  expect(again.recovered.get(1)).toMatchObject({
    head: { compacted: { index: 95, term: 1 }, membership },
    lastIndex: 101,
  });
  expect(await readAll(again.log)).toHaveLength(6);
  await expect(again.log.read(1, 95, 95, 1)).rejects.toBeInstanceOf(LogCompactedError);
});

test("recycled segments carry the log on for many lives", async () => {
  const files = new MemoryFiles();
  let { log } = await openLog(files, { segmentBytes: 2048 });
  for (let index = 1; index <= 1_200; index++) {
    await log.append([append(entry(index, 1, 400)), hardState(1, 7, index)]);
    await log.append([{ group: 1, compact: { index, term: 1, membership } }]);
    if (index % 400 === 0) {
      await log.close();
      ({ log } = await openLog(files, { segmentBytes: 2048 }));
    }
  }
  const { log: last, recovered } = await openLog(files, { segmentBytes: 2048 });

  expect(files.paths().length).toBeLessThanOrEqual(4);
  expect(files.paths().some((path) => path > "wal/00000000000001ff.wal")).toBe(true);
  expect(recovered.get(1)).toMatchObject({
    lastIndex: 1_200,
    head: { hardState: { commit: 1_200 } },
  });
  expect(last.stats().places).toBe(0);
});

test("a reset begins the log anew behind a snapshot", async () => {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  await log.append(entries({ from: 1, to: 30, size: 300 }).map((one) => append(one)));
  await log.append([
    { group: 1, reset: { index: 500, term: 4, membership, stateDirectory: "state.2" } },
    append(entry(501, 4)),
  ]);
  await log.close();

  const { log: again, recovered } = await openLog(files);

  expect(recovered.get(1)).toMatchObject({
    head: { compacted: { index: 500, term: 4 }, stateDirectory: "state.2", membership },
    lastIndex: 501,
    termRuns: [[501, 4]],
  });
  expect(await readAll(again)).toEqual(["501/4"]);
});

test("groups share frames and keep apart", async () => {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  for (let index = 1; index <= 40; index++) {
    await log.append([
      append(entry(index)),
      {
        group: 2,
        entries: [entry(index, index)],
        hardState: { term: index, vote: undefined, commit: 0 },
      },
    ]);
  }
  await log.append([{ group: 1, compact: { index: 40, term: 1, membership } }]);
  await log.close();

  const { log: again } = await openLog(files);

  expect(await readAll(again, 2)).toEqual(
    Array.from({ length: 40 }, (_, at) => `${at + 1}/${at + 1}`),
  );
  expect(await readAll(again, 1)).toEqual([]);
  expect(again.head(2).hardState.term).toBe(40);
});

test("a write that no segment can hold is refused, and the log goes on", async () => {
  const { log } = await openLog(new MemoryFiles());

  await expect(log.append([append(entry(1, 1, 9_000))])).rejects.toBeInstanceOf(
    LogWriteTooLargeError,
  );

  await log.append([append(entry(1, 1, 5_000))]);
  expect(await readAll(log)).toEqual(["1/1"]);
});

test("appends that overlap are a bug that is caught", async () => {
  const { log } = await openLog(new MemoryFiles());
  const first = log.append([append(entry(1))]);

  await expect(log.append([append(entry(2))])).rejects.toBeInstanceOf(InvariantViolation);

  await first;
});

test.each([
  { name: "a gap", write: append(entry(3)) },
  { name: "a term that falls", write: append(entry(2, 1)) },
  {
    name: "a compaction beyond the last entry",
    write: { group: 1, compact: { index: 2, term: 2, membership } },
  },
  {
    name: "a compaction of another term",
    write: { group: 1, compact: { index: 1, term: 1, membership } },
  },
])("$name is a bug that is caught before it is written", async ({ write }) => {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  await log.append([append(entry(1, 2))]);

  await expect(log.append([write])).rejects.toBeInstanceOf(InvariantViolation);

  const { log: again } = await openLog(files.clone());
  expect(await readAll(again)).toEqual(["1/2"]);
});

test("after a failed write the log takes nothing more", async () => {
  const files = new MemoryFiles();
  let broken = false;
  const failing = new WatchedFiles(files, () => {
    if (broken) throw new Error("I/O error");
  });
  const { log } = await openLog(failing);
  await log.append([append(entry(1))]);
  broken = true;

  await expect(log.append([append(entry(2))])).rejects.toBeInstanceOf(LogFailedError);

  broken = false;
  await expect(log.append([append(entry(2))])).rejects.toBeInstanceOf(LogFailedError);
  expect(log.lastIndex(1)).toBe(1);
  expect(log.stats().failed).toBe(true);
});

test("the next segment is ready before the current one is full", async () => {
  const { log } = await openLog(new MemoryFiles());
  await log.append([append(entry(1, 1, 3_000))]);
  expect(log.stats().spareReady).toBe(false);

  await log.append([append(entry(2, 1, 2_000))]);
  await log.close();

  expect(log.stats()).toMatchObject({ spareReady: true, segments: 1 });
});

test("reads go on while the segments under them are compacted away", async () => {
  const { log } = await openLog(new MemoryFiles());
  for (let index = 1; index <= 60; index++) await log.append([append(entry(index, 1, 400))]);

  const reading = log.read(1, 1, 60, 100_000);
  await log.append([{ group: 1, compact: { index: 60, term: 1, membership } }]);
  await log.append([append(entry(61))]);

  expect((await reading).map(({ index }) => index)).toEqual(
    Array.from({ length: 60 }, (_, at) => at + 1),
  );
  await log.close();
  expect(log.stats().segments).toBe(1);
});
