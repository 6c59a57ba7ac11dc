import { beforeAll, describe, expect, test } from "vitest";
import {
  append,
  entries,
  entry,
  hardState,
  openLog,
  readAll,
  SECTOR,
} from "../../test/log-fixture.ts";
import { type FileChange, WatchedFiles } from "../../test/watched-files.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { LogDamagedError, LogVersionError } from "./wal-errors.ts";

const FIRST = "wal/0000000000000001.wal";
const SECOND = "wal/0000000000000002.wal";
const membership = Uint8Array.of(9);

/** Seven frames in one segment; frame n+1 (from 0: the head) ends at `ends[n]` and holds the entries `upTo[n]`. */
const ends: number[] = [];
const upTo: number[] = [];
let whole: MemoryFiles;

beforeAll(async () => {
  const files = new MemoryFiles();
  const watched = new WatchedFiles(files, (change) => {
    if (change.kind !== "write" || change.path !== FIRST) return;
    ends.push(change.offset + change.bytes.length);
  });
  const { log } = await openLog(watched);
  let last = 0;
  for (const count of [1, 2, 12, 1, 25, 14]) {
    await log.append([
      append(...entries({ from: last + 1, to: last + count })),
      hardState(1, 5, last),
    ]);
    last += count;
    upTo.push(last);
  }
  upTo.unshift(0);
  await log.close();
  whole = files;
});

function changed(change: (bytes: Uint8Array) => Uint8Array | undefined): MemoryFiles {
  const files = whole.clone();
  const bytes = files.bytes(FIRST);
  files.replace(FIRST, change(bytes) ?? bytes);
  return files;
}

function flipped(at: number, bits: number): MemoryFiles {
  return changed((bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ bits;
    return bytes;
  });
}

/** The last index that can be read, or "damaged". */
async function outcome(files: MemoryFiles): Promise<number | "damaged"> {
  try {
    const { log } = await openLog(files);
    const read = await readAll(log);
    await log.append([append(entry(log.lastIndex(1) + 1))]);
    await log.close();
    const again = await openLog(files);
    expect(await readAll(again.log)).toHaveLength(read.length + 1);
    return read.length;
  } catch (failure) {
    if (failure instanceof LogDamagedError) return "damaged";
    throw failure;
  }
}

describe("one byte is flipped", () => {
  test("in a marker: nothing is lost, for every other byte is proven", async () => {
    for (let at = 0; at < (ends.at(-1) ?? 0); at += SECTOR) {
      expect(await outcome(flipped(at, 0xff))).toBe(55);
    }
  });

  test("anywhere else in any frame: it is damage, never a shorter log", async () => {
    for (let at = 0; at < (ends.at(-1) ?? 0); at++) {
      if (at % SECTOR === 0) continue;
      expect(await outcome(flipped(at, 1 << (at % 8))), `byte ${at}`).toBe("damaged");
    }
  });
});

describe("the last two frames are cut", () => {
  test("at a sector: what lies whole before the cut is there, the rest is gone", async () => {
    for (let cut = ends.at(-3) ?? 0; cut <= (ends.at(-1) ?? 0); cut += SECTOR) {
      const complete = ends.filter((end) => end <= cut).length;
      const last = upTo[complete - 1];
      // Of the frame before the last, what follows proves that it was whole once.
      expect(await outcome(changed((bytes) => void bytes.fill(0, cut)))).toBe(last);
    }
  });

  test("at any byte: what lies whole before the cut is there, or it is damage", {
    timeout: 30_000,
  }, async () => {
    for (let cut = ends.at(-3) ?? 0; cut < (ends.at(-1) ?? 0); cut++) {
      const complete = ends.filter((end) => end <= cut).length;
      const seen = await outcome(changed((bytes) => void bytes.fill(0, cut)));
      if (seen === "damaged") expect(cut % SECTOR).not.toBe(0);
      else expect(seen).toBeGreaterThanOrEqual(upTo[complete - 1] ?? 0);
    }
  });

  test("by shortening the file: no crash does that, so it is damage", async () => {
    for (const size of [0, 100, SECTOR, ends.at(-3), ends.at(-2), ends.at(-1), 8_191]) {
      const files = changed((bytes) => bytes.slice(0, size));
      expect(await outcome(files), `${size} bytes`).toBe("damaged");
    }
  });
});

describe("a power cut tears the last frame", () => {
  test("any subset of its sectors may have arrived: it is cut, and the rest stays", async () => {
    const start = ends.at(-2) ?? 0;
    const sectors = ((ends.at(-1) ?? 0) - start) / SECTOR;
    expect(sectors).toBeGreaterThanOrEqual(2);
    for (let arrived = 0; arrived < 2 ** sectors - 1; arrived++) {
      const files = changed((bytes) => {
        for (let sector = 0; sector < sectors; sector++) {
          const at = start + sector * SECTOR;
          if ((arrived & (1 << sector)) === 0) bytes.fill(0, at, at + SECTOR);
        }
      });

      const { log, recovered } = await openLog(files);

      expect(recovered.get(1)?.lastIndex).toBe(41);
      expect(recovered.get(1)?.torn).toEqual(
        arrived === 0 ? undefined : { file: FIRST, offset: start },
      );
      expect(
        files
          .bytes(FIRST)
          .slice(start)
          .every((byte) => byte === 0),
      ).toBe(true);
      await log.close();
      expect(await outcome(files)).toBe(41);
    }
  });

  test("a frame that lost a sector though a later one follows is damage", async () => {
    const from = ends.at(-3) ?? 0;
    for (let at = from; at < (ends.at(-2) ?? 0); at += SECTOR) {
      expect(await outcome(changed((bytes) => void bytes.fill(0, at, at + SECTOR)))).toBe(
        "damaged",
      );
    }
  });
});

test("damage tells file, offset and what to do", async () => {
  const at = (ends[1] ?? 0) + 100;

  const opened = openLog(flipped(at, 0xff));

  await expect(opened).rejects.toMatchObject({
    code: "LOG_DAMAGED",
    damage: { file: FIRST, offset: ends[1] },
    message: expect.stringMatching(/remove its directory and let the cluster rebuild it/),
  });
});

test("a format of the future is refused as that", async () => {
  const { sealFrame } = await import("./frame.ts");
  const { crc32c } = await import("@holdfast/base");
  const files = changed((bytes) => {
    const frame = bytes.subarray(0, ends[0]);
    sealFrame(frame, { kind: "segment", life: 1, sequence: 1, payloadBytes: 12, previousCrc: 0 });
    frame[1] = 2;
    new DataView(frame.buffer, frame.byteOffset).setUint32(36, crc32c(frame, 1, 36), true);
  });

  await expect(openLog(files)).rejects.toBeInstanceOf(LogVersionError);
});

describe("several segments", () => {
  async function longLog(): Promise<MemoryFiles> {
    const files = new MemoryFiles();
    const { log } = await openLog(files);
    for (let index = 1; index <= 40; index++) await log.append([append(entry(index, 1, 400))]);
    await log.close();
    return files;
  }

  test("a lost segment is damage", async () => {
    const files = await longLog();
    await files.unlink(SECOND);

    await expect(openLog(files)).rejects.toThrow("segment 2 is missing");
  });

  test("a lost first segment is damage, for its entries are still needed", async () => {
    const files = await longLog();
    await files.unlink(FIRST);

    await expect(openLog(files)).rejects.toThrow(/entries 1 to \d+ of group 1 are missing/);
  });

  test("a last frame that is gone from a segment with a successor is damage", async () => {
    const files = await longLog();
    const bytes = files.bytes(FIRST);
    files.replace(FIRST, bytes.fill(0, 14 * SECTOR));

    await expect(openLog(files)).rejects.toBeInstanceOf(LogDamagedError);
  });

  test("an older copy of a segment is damage", async () => {
    const files = await longLog();
    const other = new MemoryFiles();
    const { log } = await openLog(other);
    for (let index = 1; index <= 40; index++) await log.append([append(entry(index, 2, 400))]);
    await log.close();
    files.replace(SECOND, other.bytes(SECOND));

    await expect(openLog(files)).rejects.toThrow("does not follow the frame before it");
  });

  test("rot met by a later read is damage too", async () => {
    const files = await longLog();
    const { log } = await openLog(files);
    const file = await files.open(FIRST, { create: false, durableWrites: true });
    await file.writeAt(3 * SECTOR + 99, Uint8Array.of(1, 2, 3));

    await expect(readAll(log)).rejects.toBeInstanceOf(LogDamagedError);
  });
});

describe("a crash before each change of the files", () => {
  interface Moment {
    readonly files: MemoryFiles;
    readonly change: FileChange;
    readonly acknowledged: number;
    readonly attempted: number;
    readonly compacted: number;
  }

  async function moments(): Promise<readonly Moment[]> {
    const seen: Moment[] = [];
    const files = new MemoryFiles();
    const now = { acknowledged: 0, attempted: 0, compacted: 0 };
    const watched = new WatchedFiles(files, (change) => {
      const copied = change.kind === "write" ? { ...change, bytes: change.bytes.slice() } : change;
      seen.push({ files: files.clone(), change: copied, ...now });
    });
    const { log } = await openLog(watched, { segmentBytes: 4096 });
    for (let index = 1; index <= 40; index++) {
      now.attempted = index;
      await log.append([append(entry(index, 1, (index * 97) % 900)), hardState(index, 3)]);
      now.acknowledged = index;
      if (index % 6 !== 0) continue;
      now.compacted = index - 3;
      await log.append([{ group: 1, compact: { index: now.compacted, term: 1, membership } }]);
    }
    await log.close();
    return seen;
  }

  test("keeps what was acknowledged and nothing that was never asked for", async () => {
    for (const moment of await moments()) {
      for (const files of [moment.files.clone(), ...torn(moment)]) {
        const { log, recovered } = await openLog(files, { segmentBytes: 4096 });
        const last = log.lastIndex(1);
        const read = await readAll(log);

        expect(last).toBeGreaterThanOrEqual(moment.acknowledged);
        expect(last).toBeLessThanOrEqual(moment.attempted);
        expect(log.head(1).compacted.index).toBeLessThanOrEqual(moment.compacted);
        expect(recovered.get(1)?.head.hardState.term ?? 0).toBe(last);
        expect(read).toHaveLength(last - log.head(1).compacted.index);
        await log.append([append(entry(last + 1))]);
        await log.close();
        const again = await openLog(files, { segmentBytes: 4096 });
        expect(again.log.lastIndex(1)).toBe(last + 1);
      }
    }
  });

  /** The states a power cut may leave of a write that was under way. */
  function torn(moment: Moment): readonly MemoryFiles[] {
    const { change } = moment;
    if (change.kind !== "write" || !/\/[0-9a-f]{16}\.wal$/.test(change.path)) return [];
    const sectors = change.bytes.length / SECTOR;
    const subsets =
      sectors === 1 ? [1] : [1, 2 ** (sectors - 1), 2 ** sectors - 2, 2 ** sectors - 1];
    return subsets.map((subset) => {
      const files = moment.files.clone();
      const bytes = files.bytes(change.path);
      for (let sector = 0; sector < sectors; sector++) {
        if ((subset & (1 << sector)) === 0) continue;
        const from = sector * SECTOR;
        bytes.set(change.bytes.subarray(from, from + SECTOR), change.offset + from);
      }
      files.replace(change.path, bytes);
      return files;
    });
  }
});
