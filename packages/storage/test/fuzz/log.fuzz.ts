import { below, type ClusterId, type Random, randomBytes } from "@holdfast/base";
import { type FuzzTarget, mutateBytes, pick, ValueShape, worldTarget } from "@holdfast/base/fuzz";
import { MemoryFiles } from "../../src/memory/memory-files.ts";
import { FRAME_HEADER_BYTES, frameBytes, readFrameHeader, sealFrame } from "../../src/wal/frame.ts";
import { LogDamagedError, LogVersionError } from "../../src/wal/wal-errors.ts";
import type { WriteAheadLog } from "../../src/wal/write-ahead-log.ts";
import { append, entries, hardState, openLog, readAll, SECTOR } from "../log-fixture.ts";

const membership = Uint8Array.of(1, 2, 3, 4);
const LAST_FRAME_ENTRIES = 2;
/**
 * What may be gone: the entries of the last three sectors, each a frame. Where all of them are
 * zeros nobody can tell that they were ever written; other members hold them.
 */
const LAST_SECTORS_ENTRIES: number = 2 * LAST_FRAME_ENTRIES;
const READ_BYTES = 10_000;

interface Written {
  readonly files: MemoryFiles;
  readonly last: number;
}

const ENTRIES = new ValueShape(
  (["noop", "commands", "membership"] as const).map((kind) => ({
    ...{ index: 1, term: 1, kind },
    payload: membership,
  })),
);

/** Several segments with everything that a write can hold. */
const written = await writtenLog();

async function writtenLog(): Promise<Written> {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  await log.append([{ group: 1, birth: { clusterId: 77 as ClusterId, membership } }]);
  let last = 0;
  for (const count of [1, 20, 3, 40, 12, 60, 4, 30, LAST_FRAME_ENTRIES]) {
    const more = append(...entries({ from: last + 1, to: last + count }));
    await log.append([more, hardState(1, 5, last)]);
    last += count;
  }
  const compact = { index: 3, term: 1, membership };
  await log.append([{ group: 1, compact }]);
  await log.append([append(...entries({ from: last + 1, to: last + LAST_FRAME_ENTRIES }))]);
  await log.close();
  return { files, last: last + LAST_FRAME_ENTRIES };
}

/** What a disk or a foreign hand does to one file; sectors change as a whole too. */
function damage(random: Random, files: MemoryFiles): void {
  const path = pick(random, files.paths());
  const bytes = files.bytes(path);
  const from = SECTOR * below(random, Math.ceil(bytes.length / SECTOR));
  const part = bytes.subarray(from, from + SECTOR * (1 + below(random, 3)));
  switch (below(random, 10)) {
    case 0:
      return files.replace(path, bytes.subarray(0, below(random, bytes.length)));
    case 1:
      return files.replace(`wal/${pick(random, STRAY_NAMES)}`, mutateBytes(random, [bytes]));
    case 2:
      part.fill(pick(random, [0, 0xff]));
      break;
    case 3:
      part.set(randomBytes(random, part.length));
      break;
    case 4:
      part.set(bytes.subarray(0, part.length));
      break;
    default: {
      const changed = mutateBytes(random, [part.slice()]);
      part.set(changed.subarray(0, part.length));
    }
  }
  files.replace(path, bytes);
}

const STRAY_NAMES = [
  "0000000000000000.wal",
  "0000000000000009.wal",
  "ffffffffffffffff.wal",
  "0000000000000001.wal.tmp",
  "notes.txt",
];

/** Payloads of one frame changed, and its sums made right: only what stands in it can tell. */
function reseal(random: Random, files: MemoryFiles): void {
  const path = pick(random, files.paths());
  const bytes = files.bytes(path);
  const frames = framesIn(bytes);
  if (frames.length === 0) return;
  const at = pick(random, frames);
  const header = readFrameHeader(bytes.subarray(at));
  if (header === undefined) return;
  const frame = bytes.subarray(at, at + frameBytes(header.payloadBytes));
  const payload = frame.slice(FRAME_HEADER_BYTES);
  frame.set(mutateBytes(random, [payload]).subarray(0, payload.length), FRAME_HEADER_BYTES);
  sealFrame(frame, header);
  // Those behind it name its sum.
  let previousCrc = readFrameHeader(frame)?.crc ?? 0;
  for (const behind of frames.filter((place) => place > at)) {
    const next = readFrameHeader(bytes.subarray(behind));
    if (next === undefined) break;
    const sealed = bytes.subarray(behind, behind + frameBytes(next.payloadBytes));
    previousCrc = sealFrame(sealed, { ...next, previousCrc });
  }
  files.replace(path, bytes);
}

function framesIn(bytes: Uint8Array): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = readFrameHeader(bytes.subarray(at));
    if (header === undefined) break;
    places.push(at);
    at += frameBytes(header.payloadBytes);
  }
  return places;
}

/** Opens a log that may be refused; `undefined`: it was, by name. */
async function openedOrRefused(files: MemoryFiles): Promise<WriteAheadLog | undefined> {
  try {
    return (await openLog(files)).log;
  } catch (failure) {
    if (failure instanceof LogDamagedError || failure instanceof LogVersionError) return undefined;
    throw failure;
  }
}

/** A damaged log is refused, or all that was acknowledged is there and goes on. */
async function openDamaged(random: Random): Promise<void> {
  const files = written.files.clone();
  damage(random, files);
  const log = await openedOrRefused(files);
  if (log === undefined) return;
  const { compacted } = log.head(1);
  const last = log.lastIndex(1);
  if (last < written.last - LAST_SECTORS_ENTRIES)
    throw new Error(`entries behind ${last} are gone`);
  const seen = await readAll(log);
  if (seen.length !== last - compacted.index) throw new Error("not all entries came back");
  await log.append([append(...entries({ from: last + 1, to: last + 3 }))]);
  await log.close();
}

/** Whoever makes the sums right writes what he likes; it is read, or it is refused. */
async function openResealed(random: Random): Promise<void> {
  const files = written.files.clone();
  reseal(random, files);
  const log = await openedOrRefused(files);
  if (log === undefined) return;
  const last = log.lastIndex(1);
  const first = log.head(1).compacted.index + 1;
  try {
    if (first <= last) {
      const read = await log.read(1, first, last, READ_BYTES);
      for (const [at, entry] of read.entries()) {
        ENTRIES.check(entry);
        if (entry.index !== first + at)
          throw new Error(`entry ${entry.index} came for ${first + at}`);
      }
    }
  } catch (failure) {
    if (!(failure instanceof LogDamagedError)) throw failure;
  }
  await log.close();
}

export const LOG_TARGETS: readonly FuzzTarget[] = [
  worldTarget({ name: "damaged-log", runs: 150, live: openDamaged }),
  worldTarget({ name: "resealed-log", runs: 150, live: openResealed }),
];
