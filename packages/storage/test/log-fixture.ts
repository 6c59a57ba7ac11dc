import { compareBytes, type MemberId, silentLogger } from "@holdfast/base";
import type { Files } from "../src/files.ts";
import type { WalEntry, WalWrite } from "../src/wal/wal-records.ts";
import { WriteAheadLog } from "../src/wal/write-ahead-log.ts";

export const SECTOR = 512;

export interface LogSettings {
  readonly segmentBytes?: number;
  readonly frameBytesMax?: number;
}

/** Opens a log of small segments. */
export function openLog(
  files: Files,
  settings: LogSettings = {},
): ReturnType<typeof WriteAheadLog.open> {
  return WriteAheadLog.open({
    files,
    directory: "wal",
    segmentBytes: 8 * 1024,
    logger: silentLogger,
    ...settings,
  });
}

/** An entry whose payload tells index and term; `size` bytes of it. */
export function entry(index: number, term = 1, size = 40): WalEntry {
  return { index, term, kind: "commands", payload: payloadOf({ index, term, size }) };
}

export function entries(range: {
  readonly from: number;
  readonly to: number;
  readonly term?: number;
  readonly size?: number;
}): readonly WalEntry[] {
  const made: WalEntry[] = [];
  for (let index = range.from; index <= range.to; index++) {
    made.push(entry(index, range.term ?? 1, range.size ?? 40));
  }
  return made;
}

export function append(...made: readonly WalEntry[]): WalWrite {
  return { group: 1, entries: made };
}

export function hardState(term: number, vote: number, commit = 0): WalWrite {
  return { group: 1, hardState: { term, vote: vote as MemberId, commit } };
}

/** The indices and terms of all entries that can be read, checking their payloads. */
export async function readAll(log: WriteAheadLog, group = 1): Promise<readonly string[]> {
  const seen: string[] = [];
  const last = log.lastIndex(group);
  let from = log.head(group).compacted.index + 1;
  while (from <= last) {
    const read = await log.read(group, from, last, 1_000);
    if (read.length === 0) throw new Error(`nothing came back for entry ${from}`);
    for (const { index, term, payload } of read) {
      if (index !== from) throw new Error(`entry ${index} came back for ${from}`);
      const whole = payloadOf({ index, term, size: payload.length });
      if (compareBytes(whole, payload) !== 0) {
        throw new Error(`the payload of entry ${index} of term ${term} came back changed`);
      }
      seen.push(`${index}/${term}`);
      from++;
    }
  }
  return seen;
}

function payloadOf(of: { readonly index: number; readonly term: number; readonly size: number }) {
  const payload = new Uint8Array(of.size);
  for (let at = 0; at < of.size; at++) payload[at] = of.index * 31 + of.term * 7 + at;
  return payload;
}
