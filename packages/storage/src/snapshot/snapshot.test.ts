import { crc32c, type Row, type Turn, toByteString } from "@holdfast/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryEngine } from "../memory/memory-engine.ts";
import type { SnapshotChunk } from "./snapshot-chunk.ts";
import { SNAPSHOT_LIMITS, type SnapshotLimits } from "./snapshot-limits.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import { StagedState } from "./staged-state.ts";

const turn: Turn = { soon: queueMicrotask, next: () => Promise.resolve() };
const ALL = { from: "", to: "\xff".repeat(40), limit: Number.POSITIVE_INFINITY };
/** So small that rows lie in several chunks, and chunks in several batches. */
const LIMITS: SnapshotLimits = {
  chunkBytes: 64,
  readBytes: 100,
  batchBytes: 130,
  rowBytesMax: 4_096,
};

const rowsOfAnySize = fc
  .uniqueArray(
    fc.record({
      key: fc.uint8Array({ minLength: 1, maxLength: 30 }).map(toByteString),
      value: fc.uint8Array({ maxLength: 300 }),
    }),
    { selector: ({ key }) => key, maxLength: 40 },
  )
  .map((rows) => [...rows].sort((a, b) => (a.key < b.key ? -1 : 1)));

test("a state comes out as it went in, in chunks of one size, whatever its rows are", async () => {
  await fc.assert(
    fc.asyncProperty(rowsOfAnySize, async (rows) => {
      const chunks = await chunksOf(rows);
      const engine = new MemoryEngine();
      const staged = new StagedState({ turn, engine, limits: LIMITS });
      for (const chunk of chunks) await staged.take(chunk);

      expect(shown(await engine.scan(ALL))).toEqual(shown(rows));
      expect(staged.isWhole).toBe(true);
      expect(staged.rows).toBe(rows.length);
      expect(chunks.slice(0, -1).every(({ bytes }) => bytes.length === LIMITS.chunkBytes)).toBe(
        true,
      );
    }),
    { numRuns: 100 },
  );
});

test("the same state makes the same chunks each time, whatever is written meanwhile", async () => {
  const engine = await engineWith(someRows(50));
  const snapshot = engine.snapshot();
  const first = await readAll(new SnapshotReader({ snapshot, turn, limits: LIMITS }));

  await engine.writeDurably(someRows(60).map(({ key }) => ({ key, value: Uint8Array.of(9) })));
  const second = await readAll(new SnapshotReader({ snapshot, turn, limits: LIMITS }));

  expect(second).toEqual(first);
});

test("a large chunk is taken in as many turns as it was read in", async () => {
  let turns = 0;
  const counted: Turn = {
    soon: queueMicrotask,
    next: async () => {
      turns++;
    },
  };
  const rows = someRows(40);
  const limits = { ...LIMITS, chunkBytes: 1_000, batchBytes: 100_000 };
  const snapshot = (await engineWith(rows)).snapshot();
  const [chunk] = await readAll(new SnapshotReader({ snapshot, turn, limits }));
  const engine = new MemoryEngine();
  const staged = new StagedState({ turn: counted, engine, limits });

  if (chunk !== undefined) await staged.take(chunk);

  expect(chunk?.bytes.length).toBe(1_000);
  expect(turns).toBe(1_000 / LIMITS.readBytes - 1);
});

test("an empty chunk before the last is refused", async () => {
  const staged = new StagedState({ turn, engine: new MemoryEngine(), limits: LIMITS });
  const empty = { sequence: 0, bytes: new Uint8Array(0), crc: 0, end: undefined };

  await expect(staged.take(empty)).rejects.toThrow("empty and not the last");
  expect(staged.next).toBe(0);
});

test("an empty state is one empty chunk", async () => {
  const chunks = await chunksOf([]);

  expect(chunks).toEqual([
    { sequence: 0, bytes: new Uint8Array(0), crc: 0, end: { rows: 0, bytes: 0 } },
  ]);
});

test("one byte that differs is noticed at its chunk, wherever it lies", async () => {
  const chunks = await chunksOf(someRows(20));
  for (const [at, chunk] of chunks.entries()) {
    for (let place = 0; place < chunk.bytes.length; place += 7) {
      const bytes = Uint8Array.from(chunk.bytes);
      bytes[place] = (bytes[place] ?? 0) ^ 0x10;

      await expect(stage(chunks.with(at, { ...chunk, bytes }))).rejects.toThrow(
        `the checksum of chunk ${at} is wrong`,
      );
    }
  }
});

test("a chunk that is missing, there twice, or of another state is noticed", async () => {
  const chunks = await chunksOf(someRows(20));
  const others = await chunksOf(someRows(21).slice(1));
  const [first, second] = chunks;
  if (first === undefined || second === undefined) throw new Error("there are two at least");

  await expect(stage(chunks.toSpliced(1, 1))).rejects.toThrow("chunk 2 came instead of 1");
  await expect(stage([first, first])).rejects.toThrow("chunk 0 came instead of 1");
  await expect(stage(chunks.with(1, others[1] ?? first))).rejects.toThrow("checksum");
});

test("totals that differ are noticed, and the state is not whole", async () => {
  const chunks = await chunksOf(someRows(20));
  const last = chunks.at(-1);
  if (last?.end === undefined) throw new Error("the last one tells the end");
  const { rows, bytes } = last.end;

  const tooMany = chunks.with(-1, { ...last, end: { rows: rows + 1, bytes } });
  const tooLong = chunks.with(-1, { ...last, end: { rows, bytes: bytes + 1 } });

  await expect(stage(tooMany)).rejects.toThrow(`it ends after ${rows} of ${rows + 1} rows`);
  await expect(stage(tooLong)).rejects.toThrow(`it ends after ${bytes} bytes of ${bytes + 1}`);
});

test("a chunk that was refused may be sent again", async () => {
  const chunks = await chunksOf(someRows(20));
  const staged = new StagedState({ turn, engine: new MemoryEngine(), limits: LIMITS });

  for (const chunk of chunks) {
    const bad = { ...chunk, crc: chunk.crc ^ 1 };
    await expect(staged.take(bad)).rejects.toMatchObject({ code: "SNAPSHOT_CORRUPT" });
    await staged.take(chunk);
  }

  expect(staged.isWhole).toBe(true);
});

test("what was received is in the engine batch by batch, not all at the end", async () => {
  const chunks = await chunksOf(someRows(40));
  const engine = new MemoryEngine();
  const staged = new StagedState({ turn, engine, limits: LIMITS });

  for (const chunk of chunks.slice(0, -1)) await staged.take(chunk);

  const written = (await engine.scan(ALL)).length;
  const unwritten = staged.rows - written;
  expect(written).toBeGreaterThan(0);
  expect(unwritten * 40).toBeLessThan(LIMITS.batchBytes * 2);
});

test("a stream that says a row is enormous is refused before room is made for it", async () => {
  const bytes = new Uint8Array(64).fill(255);
  const chunk = { sequence: 0, bytes, crc: crc32c(bytes), end: undefined };

  await expect(stage([chunk])).rejects.toThrow(`${LIMITS.rowBytesMax} is the limit`);
});

test("chunks and batches are bounded so that four chunks are in memory at most", () => {
  const { chunkBytes, batchBytes } = SNAPSHOT_LIMITS;

  expect(chunkBytes).toBeLessThanOrEqual(256 * 1024);
  expect(batchBytes).toBeLessThanOrEqual(2 * chunkBytes);
});

async function stage(chunks: readonly SnapshotChunk[]): Promise<void> {
  const staged = new StagedState({ turn, engine: new MemoryEngine(), limits: LIMITS });
  for (const chunk of chunks) await staged.take(chunk);
  if (!staged.isWhole) throw new Error("the state is not whole");
}

async function chunksOf(rows: readonly Row[]): Promise<readonly SnapshotChunk[]> {
  const snapshot = (await engineWith(rows)).snapshot();
  return readAll(new SnapshotReader({ snapshot, turn, limits: LIMITS }));
}

async function engineWith(rows: readonly Row[]): Promise<MemoryEngine> {
  const engine = new MemoryEngine();
  await engine.writeDurably(rows);
  return engine;
}

async function readAll(reader: SnapshotReader): Promise<readonly SnapshotChunk[]> {
  const chunks = [await reader.next()];
  while (chunks.at(-1)?.end === undefined) chunks.push(await reader.next());
  await reader.close();
  return chunks;
}

function someRows(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, at) => ({
    key: `key ${1_000 + at}`,
    value: new Uint8Array(at * 3).fill(at),
  }));
}

function shown(rows: readonly Row[]): readonly (readonly [string, string])[] {
  return rows.map(({ key, value }) => [key, toByteString(value)] as const);
}
