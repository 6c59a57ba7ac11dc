import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeFiles } from "../../src/files/node-files.ts";
import { LogDamagedError } from "../../src/wal/wal-errors.ts";
import { append, entries, hardState, openLog, readAll, SECTOR } from "../log-fixture.ts";
import { WatchedFiles } from "../watched-files.ts";

const NEWEST = "wal/0000000000000002.wal";
const SEALED = "wal/0000000000000001.wal";
/** Entries of each write; the last two records take a sector and two. */
const COUNTS = [3, 20, 12, 1, 25, 2, 12, 4, 9];
const LAST_RECORDS = 2;
/** Copies of the log, so that the disk is not waited for one case at a time. */
const COPIES = 12;
const TIMEOUT = { timeout: 60_000 };

/** The last entry that can be read; or refused, by name and file. */
type Outcome = number | "refused";

let root: string;
let whole: Uint8Array;
let sealed: Uint8Array;
/** Where the frames of the newest segment end, and the last entry in each. */
const ends: number[] = [];
const upTo: number[] = [];
let acknowledged = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "holdfast-damage-"));
  const watched = new WatchedFiles(nodeFiles(join(root, "0")), (change) => {
    if (change.kind !== "write" || change.path !== NEWEST) return;
    ends.push(change.offset + change.bytes.length);
    upTo.push(acknowledged);
  });
  const { log } = await openLog(watched);
  for (const count of COUNTS) {
    const last = acknowledged + count;
    const made = entries({ from: acknowledged + 1, to: last, size: 70 });
    const frames = ends.length;
    await log.append([append(...made), hardState(3, 2, acknowledged)]);
    acknowledged = last;
    // The head of the segment, if this write began it, has no entry.
    if (ends.length > frames) upTo[upTo.length - 1] = acknowledged;
  }
  await log.close();
  whole = Uint8Array.from(readFileSync(join(root, "0", NEWEST)));
  sealed = Uint8Array.from(readFileSync(join(root, "0", SEALED)));
  for (let copy = 1; copy < COPIES; copy++) {
    cpSync(join(root, "0"), join(root, String(copy)), { recursive: true });
  }
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** Where the record `fromLast` begins; 1 is the last, and 0 where the log ends. */
function beginOf(fromLast: number): number {
  return ends.at(-fromLast - 1) ?? 0;
}

function flipped(bytes: Uint8Array, ...places: readonly number[]): Uint8Array {
  const changed = bytes.slice();
  for (const at of places) changed[at] = (changed[at] ?? 0) ^ (1 << (at % 7));
  return changed;
}

function range(from: number, to: number, step = 1): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => from + at * step);
}

/** What becomes of the log for each place at which it is damaged. */
async function outcomes(
  places: readonly number[],
  damaged: (at: number) => Uint8Array,
  path = NEWEST,
): Promise<ReadonlyMap<number, Outcome>> {
  const found = new Map<number, Outcome>();
  const left = [...places];
  const workers = Array.from({ length: COPIES }, async (_, copy) => {
    const directory = join(root, String(copy));
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      writeFileSync(join(directory, path), damaged(at));
      found.set(at, await outcome(directory));
    }
    writeFileSync(join(directory, path), path === NEWEST ? whole : sealed);
  });
  await Promise.all(workers);
  return found;
}

async function outcome(directory: string): Promise<Outcome> {
  try {
    const { log } = await openLog(nodeFiles(directory));
    try {
      const read = await readAll(log);
      expect(log.head(1).hardState.vote).toBe(2);
      return read.length;
    } finally {
      await log.close();
    }
  } catch (failure) {
    if (!(failure instanceof LogDamagedError)) throw failure;
    expect(failure.damage.file).toContain(directory);
    return "refused";
  }
}

/** The places at which something else came about. */
function others(found: ReadonlyMap<number, Outcome>, ...expected: readonly Outcome[]) {
  return [...found].filter(([, one]) => !expected.includes(one));
}

test("the log has two segments, and its last records several sectors each", () => {
  expect(upTo.at(-1)).toBe(acknowledged);
  expect(ends.length).toBeGreaterThan(LAST_RECORDS + 1);
  expect((beginOf(0) - beginOf(1)) / SECTOR).toBe(2);
  expect((beginOf(1) - beginOf(2)) / SECTOR).toBe(1);
  expect(whole.length).toBeGreaterThan(beginOf(0) + SECTOR);
});

test(
  "a file that is cut at any byte of its last records is refused: no crash shortens it",
  TIMEOUT,
  async () => {
    const sizes = range(beginOf(LAST_RECORDS), beginOf(0));

    const found = await outcomes(sizes, (size) => whole.subarray(0, size));

    expect(others(found, "refused")).toEqual([]);
  },
);

test(
  "a last record that arrived up to any byte: all that was acknowledged before it, or a refusal",
  TIMEOUT,
  async () => {
    const before = upTo.at(-2) ?? 0;

    const found = await outcomes(range(beginOf(1), beginOf(0)), (at) => whole.slice().fill(0, at));

    // What is cut in its zeros at the end is still whole.
    expect(others(found, before, acknowledged, "refused")).toEqual([]);
    // Sectors arrive whole, so a crash cuts between them, and then nothing is refused.
    const crashes = [...found].filter(([at]) => at % SECTOR === 0);
    expect(crashes.map(([, one]) => one)).toEqual([before, before]);
  },
);

describe("one byte is flipped", () => {
  const isMarker = (at: number): boolean => at % SECTOR === 0;

  test("in the last records, at every byte: it is refused", TIMEOUT, async () => {
    const places = range(beginOf(LAST_RECORDS), beginOf(0)).filter((at) => !isMarker(at));

    expect(others(await outcomes(places, (at) => flipped(whole, at)), "refused")).toEqual([]);
  });

  test("before them: it is refused", TIMEOUT, async () => {
    const places = range(1, beginOf(LAST_RECORDS), 13).filter((at) => !isMarker(at));

    expect(others(await outcomes(places, (at) => flipped(whole, at)), "refused")).toEqual([]);
  });

  test("behind them, where nothing was written: all is there", TIMEOUT, async () => {
    const places = range(beginOf(0), whole.length, 61);

    expect(others(await outcomes(places, (at) => flipped(whole, at)), acknowledged)).toEqual([]);
  });

  test("in the segment before: it is refused", TIMEOUT, async () => {
    const places = range(1, 6 * SECTOR, 17).filter((at) => !isMarker(at));
    const found = await outcomes(places, (at) => flipped(sealed, at), SEALED);

    expect(others(found, "refused")).toEqual([]);
  });
});

// Markers are the bytes by which a sector shows that it arrived.
describe("a marker is flipped", () => {
  const markers = (fromLast: number, toLast: number): readonly number[] =>
    range(beginOf(fromLast), beginOf(toLast), SECTOR);

  test("alone: all is there, for every other byte is proven", TIMEOUT, async () => {
    const found = await outcomes(range(0, beginOf(0), SECTOR), (at) => flipped(whole, at));

    expect(others(found, acknowledged)).toEqual([]);
  });

  test(
    "with another byte of its sector, in a record that others follow: it is refused",
    TIMEOUT,
    async () => {
      const found = await outcomes(range(0, beginOf(1), SECTOR), (at) =>
        flipped(whole, at, at + 77),
      );

      expect(others(found, "refused")).toEqual([]);
    },
  );

  test(
    "with another byte of its sector, in the last record: it looks as if it never came",
    TIMEOUT,
    async () => {
      // The case that no log of this kind can tell from a crash: see docs/on-disk-format.md.
      const found = await outcomes(markers(1, 0), (at) => flipped(whole, at, at + 77));

      expect(others(found, upTo.at(-2) ?? 0)).toEqual([]);
    },
  );

  test(
    "into one that this segment has, where nothing was written: all is there",
    TIMEOUT,
    async () => {
      const marked = (at: number): Uint8Array => {
        const bytes = whole.slice();
        bytes[at] = whole[0] ?? 0;
        return bytes;
      };
      const behind = range(beginOf(0) + SECTOR, whole.length, SECTOR);
      expect(others(await outcomes(behind, marked), acknowledged)).toEqual([]);

      // Where the next record will begin it looks like one whose header is rotten.
      expect(others(await outcomes([beginOf(0)], marked), "refused")).toEqual([]);
    },
  );
});
