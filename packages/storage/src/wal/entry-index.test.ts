import { describe, expect, test } from "vitest";
import { append, entries, entry, openLog, readAll } from "../../test/log-fixture.ts";
import type { OpenOptions, StoreFile } from "../files.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { EntryIndex } from "./entry-index.ts";

const GROUP = 1;

/** Frames of one sector each, too near to one another to have places of their own. */
function indexOf(count: number): EntryIndex {
  const index = new EntryIndex();
  for (let first = 1; first <= count; first++) {
    index.appended(GROUP, placeOf(first), first - 1);
  }
  return index;
}

function placeOf(first: number) {
  return { first, segment: 1, offset: 512 * first };
}

function found(index: EntryIndex, from: number) {
  return index.find(GROUP, { from, to: 20, limit: 10 }).places[0];
}

describe("who goes on from where a read ended", () => {
  test("begins there", () => {
    const index = indexOf(20);
    expect(found(index, 11)).toEqual(placeOf(1));

    index.wasRead(GROUP, placeOf(10));

    expect(found(index, 11)).toEqual(placeOf(10));
    expect(found(index, 9)).toEqual(placeOf(1));
  });

  test("is found beside others that read elsewhere, the last four of them", () => {
    const index = indexOf(20);
    for (const first of [3, 6, 9, 12, 15]) index.wasRead(GROUP, placeOf(first));

    expect(found(index, 15)).toEqual(placeOf(15));
    expect(found(index, 7)).toEqual(placeOf(6));
    expect(found(index, 4)).toEqual(placeOf(1));
  });

  test.each([
    ["superseded", (index: EntryIndex) => index.appended(GROUP, placeOf(8), 20)],
    ["of a log that begins anew", (index: EntryIndex) => index.reset(GROUP)],
    ["compacted", (index: EntryIndex) => index.compacted(GROUP, 12, 20)],
  ])("does not begin at what is %s", (_name, changes) => {
    const index = indexOf(20);
    index.wasRead(GROUP, placeOf(10));

    changes(index);

    expect(found(index, 13)).not.toEqual(placeOf(10));
  });

  test("knows that what it found before may lie elsewhere", () => {
    const index = indexOf(20);
    const before = index.rewrites;
    index.appended(GROUP, placeOf(21), 20);
    expect(index.rewrites).toBe(before);

    index.appended(GROUP, placeOf(20), 21);

    expect(index.rewrites).toBe(before + 1);
  });
});

describe("a log", () => {
  test("that is read entry by entry is walked over once", async () => {
    const files = new ReadFiles();
    const { log } = await openLog(files, { segmentBytes: 64 * 1024 });
    for (const one of entries({ from: 1, to: 50 })) await log.append([append(one)]);

    for (let index = 1; index <= 50; index++) {
      expect(await log.read(GROUP, index, index, 1)).toEqual([entry(index)]);
    }

    // The second begins with the frame of the first, and so on.
    const [first = 0, ...others] = files.offsets;
    expect(others).toEqual(others.map((_, at) => first + 512 * at));
  });

  test("that was superseded behind a read gives what superseded it", async () => {
    const { log } = await openLog(new MemoryFiles(), { segmentBytes: 64 * 1024 });
    for (const one of entries({ from: 1, to: 10 })) await log.append([append(one)]);
    await log.read(GROUP, 8, 8, 1);

    await log.append([append(...entries({ from: 7, to: 9, term: 2 }))]);

    expect(await log.read(GROUP, 8, 9, 1_000)).toEqual([entry(8, 2), entry(9, 2)]);
    expect(await readAll(log)).toHaveLength(9);
  });

  test("that is superseded while it is read does not remember where that read ended", async () => {
    const { log } = await openLog(new MemoryFiles(), { segmentBytes: 64 * 1024 });
    for (const one of entries({ from: 1, to: 10 })) await log.append([append(one)]);

    const reading = log.read(GROUP, 8, 8, 1);
    await log.append([append(...entries({ from: 7, to: 9, term: 2 }))]);
    await reading;

    expect(await log.read(GROUP, 8, 9, 1_000)).toEqual([entry(8, 2), entry(9, 2)]);
  });
});

/** Files that tell where they were read. */
class ReadFiles extends MemoryFiles {
  readonly offsets: number[] = [];

  override async open(path: string, options: OpenOptions): Promise<StoreFile> {
    const file = await super.open(path, options);
    const readAt = file.readAt.bind(file);
    return Object.assign(file, {
      readAt: (offset: number, length: number) => {
        this.offsets.push(offset);
        return readAt(offset, length);
      },
    });
  }
}
