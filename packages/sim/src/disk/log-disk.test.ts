import { type Entry, NO_MEMBERSHIP, type PersistBatch } from "@holdfast/raft";
import { expect, test } from "vitest";
import { RandomStreams } from "../dice.ts";
import { asciiMembershipCodec } from "../model/membership-codec.ts";
import { LogDisk } from "./log-disk.ts";
import { LogImage } from "./log-image.ts";

const dice = () => new RandomStreams(3).stream("disk");
const newDisk = (): LogDisk => new LogDisk(LogImage.born(asciiMembershipCodec, NO_MEMBERSHIP));

function entry(index: number, term: number, bytes = 8): Entry {
  return { index, term, kind: "commands", payload: new Uint8Array(bytes) };
}

function batch(seq: number, entries: readonly Entry[], term = 1): PersistBatch {
  const hardState = { term, vote: undefined, commit: 0 };
  return { seq, hardState, entries, compact: undefined, install: undefined };
}

test("what is synced survives a power cut", () => {
  const disk = newDisk();
  disk.synced(disk.begin([batch(1, [entry(1, 1)])], 0));

  disk.powerEnded(dice());

  expect(disk.recover({ syncs: true }).lastIndex).toBe(1);
});

test("a written frame outlives its process, one that is being written may not", () => {
  const outcomes = new Set<number>();
  for (let seed = 1; seed <= 50; seed++) {
    const disk = newDisk();
    disk.begin([batch(1, [entry(1, 1)])], 10);
    disk.begin([batch(2, [entry(2, 1, 2000)])], 30);
    disk.processEnded(20, new RandomStreams(seed).stream("disk"));
    outcomes.add(disk.recover({ syncs: true }).lastIndex);
  }

  expect([...outcomes].sort()).toEqual([1, 2]);
});

test("recovery cuts the log at the first torn frame", () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 200; seed++) {
    const disk = newDisk();
    for (let seq = 1; seq <= 3; seq++) disk.begin([batch(seq, [entry(seq, 1, 1500)])], 0);
    disk.powerEnded(new RandomStreams(seed).stream("disk"));
    const found = disk.recover({ syncs: true });
    lengths.add(found.lastIndex);
    expect(found.lastIndex).toBe(disk.durable.lastIndex);
  }

  expect([...lengths].sort()).toEqual([0, 1, 2, 3]);
});

test("what a start finds without syncing it can still be lost to power", () => {
  const disk = newDisk();
  disk.begin([batch(1, [entry(1, 1)])], 0);
  disk.processEnded(5, dice());

  const found = disk.recover({ syncs: false });

  expect(found.lastIndex).toBe(1);
  expect(disk.durable.lastIndex).toBe(0);
});

test("a later entry of an index supersedes all behind it", () => {
  const disk = newDisk();
  disk.synced(disk.begin([batch(1, [entry(1, 1), entry(2, 1), entry(3, 1)])], 0));
  disk.synced(disk.begin([batch(2, [entry(2, 2)], 2)], 0));

  expect(disk.durable.lastIndex).toBe(2);
  expect(disk.durable.termRuns()).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(disk.wasDurable(3, 1)).toBe(true);
  expect(disk.wasDurable(2, 1)).toBe(true);
  expect(disk.wasDurable(3, 2)).toBe(false);
});

test("frames become durable in order, even if the disk is done with a later one first", () => {
  const disk = newDisk();
  const first = disk.begin([batch(1, [entry(1, 1)])], 0);
  disk.synced(disk.begin([batch(2, [entry(2, 1)])], 0));
  const before = disk.durable.lastIndex;

  disk.synced(first);

  expect(before).toBe(0);
  expect(disk.durable.lastIndex).toBe(2);
});

test("a compacted log keeps the term of its end and refuses to read behind it", () => {
  const disk = newDisk();
  disk.synced(disk.begin([batch(1, [entry(1, 1), entry(2, 1), entry(3, 2)], 2)], 0));
  const compact = { upTo: { index: 2, term: 1 }, membership: NO_MEMBERSHIP };
  disk.synced(disk.begin([{ ...batch(2, [], 2), compact }], 0));

  expect(disk.durable.termAt(2)).toBe(1);
  expect(disk.durable.read(2, 3, 1000)).toBeUndefined();
  expect(disk.durable.read(3, 3, 1000)).toHaveLength(1);
});

test("an installed snapshot replaces the log and names another state", () => {
  const disk = newDisk();
  disk.synced(disk.begin([batch(1, [entry(1, 1), entry(2, 1)])], 0));
  const install = { last: { index: 9, term: 3 }, membership: NO_MEMBERSHIP };
  disk.synced(disk.begin([{ ...batch(2, [entry(10, 3)], 3), install }], 0));

  expect(disk.durable.compacted).toEqual({ index: 9, term: 3 });
  expect(disk.durable.lastIndex).toBe(10);
  expect(disk.durable.stateDirectory).toBe(1);
});
