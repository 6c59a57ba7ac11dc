import { expect, test } from "vitest";
import { append, entry, openLog, readAll, SECTOR } from "../../test/log-fixture.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { markerOf } from "./sectors.ts";

const SEGMENT = 8 * 1024;

/** A file in which every sector carries the marker of a life, and bytes of its own. */
function usedFile(life: number): Uint8Array {
  const bytes = new Uint8Array(SEGMENT).fill(0x5a);
  for (let at = 0; at < bytes.length; at += SECTOR) bytes[at] = markerOf(life);
  return bytes;
}

test.each([256, 511])(
  "a spare of life %i, whose marker is that of life 1, is cleared before use",
  async (life) => {
    const files = new MemoryFiles();
    files.replace(`wal/spare-${life.toString(16).padStart(16, "0")}.wal`, usedFile(life));
    const { log } = await openLog(files);
    await log.append([append(entry(1))]);

    const { log: again, recovered } = await openLog(files.clone());

    expect(markerOf(life)).toBe(markerOf(1));
    expect(recovered.get(1)).toMatchObject({ lastIndex: 1, torn: undefined });
    expect(await readAll(again)).toEqual(["1/1"]);
  },
);

test("a spare of another marker is used as it is", async () => {
  const files = new MemoryFiles();
  files.replace("wal/spare-0000000000000007.wal", usedFile(7));
  const { log } = await openLog(files);
  await log.append([append(entry(1))]);

  const { recovered } = await openLog(files.clone());

  expect(recovered.get(1)).toMatchObject({ lastIndex: 1, torn: undefined });
  expect(files.bytes("wal/0000000000000001.wal")[SEGMENT - 1]).toBe(0x5a);
});

test("a spare holds sectors of one life only, so that its name tells which markers are in it", async () => {
  const files = new MemoryFiles();
  files.replace("wal/spare-0000000000000007.wal", usedFile(7));
  const { log } = await openLog(files);
  for (let index = 1; index <= 10; index++) await log.append([append(entry(index, 1, 900))]);

  await log.append([{ group: 1, compact: { index: 10, term: 1, membership: new Uint8Array(0) } }]);
  await log.close();

  const spare = files.bytes("wal/spare-0000000000000001.wal");
  const markers = new Set<number>();
  for (let at = 0; at < spare.length; at += SECTOR) markers.add(spare[at] ?? -1);
  expect([...markers]).toEqual([markerOf(1), 0]);
});

test("half-made and misfit spares are removed at start", async () => {
  const files = new MemoryFiles();
  files.replace("wal/spare-0000000000000000.tmp", new Uint8Array(100));
  files.replace("wal/spare-0000000000000003.wal", new Uint8Array(SECTOR));

  const { recovered } = await openLog(files);

  expect(recovered.size).toBe(0);
  expect(files.paths()).toEqual([]);
});

test("a log of larger segments, as earlier versions made them, is read and written on", async () => {
  const files = new MemoryFiles();
  const { log } = await openLog(files, { segmentBytes: 2 * SEGMENT });
  for (let index = 1; index <= 20; index++) await log.append([append(entry(index, 1, 900))]);
  await log.close();

  const { log: smaller } = await openLog(files, { segmentBytes: SEGMENT });
  for (let index = 21; index <= 50; index++) await smaller.append([append(entry(index, 1, 900))]);
  await smaller.close();

  const { log: again, recovered } = await openLog(files, { segmentBytes: SEGMENT });
  expect(recovered.get(1)).toMatchObject({ lastIndex: 50, torn: undefined });
  expect(await readAll(again)).toHaveLength(50);
  const sizes = () => new Set(files.paths().map((path) => files.bytes(path).length));
  expect(sizes()).toEqual(new Set([SEGMENT, 2 * SEGMENT]));

  // The larger ones go with their entries; none of them becomes a spare.
  await again.append([
    { group: 1, compact: { index: 49, term: 1, membership: new Uint8Array(1) } },
  ]);
  await again.close();
  expect(sizes()).toEqual(new Set([SEGMENT]));
});
