import type { LogIndex, Revision, Term } from "@holdfast/base";
import { DamagedRowError } from "./damaged-row-error.ts";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";

/** How far the state has come. Written with every entry, so that it can never be told apart from the data. */
export interface StateMeta {
  /** The last entry that was applied. */
  readonly appliedIndex: LogIndex;
  readonly appliedTerm: Term;
  readonly revision: Revision;
  /** The smallest revision that can be read; -1 as long as nothing was compacted. */
  readonly compactRevision: Revision;
  /** The last entry of any session that has ended (docs/decisions/0018). */
  readonly sessionsEndedUpTo: LogIndex;
  /** CRC-32C over all applied entries, each with its index and term (decision 15). */
  readonly rollingHash: number;
}

/** As etcd has it: an empty store is at revision 1 and was compacted at -1. */
export const FRESH_STATE: StateMeta = Object.freeze({
  appliedIndex: 0,
  appliedTerm: 0,
  revision: 1,
  compactRevision: -1,
  sessionsEndedUpTo: 0,
  rollingHash: 0,
});

/** Of all rows together: raised when rows gain a meaning that older software would miss. */
export const STATE_FORMAT_VERSION = 1;
/** That of a state with leases. Without any it is the older one, so that older software reads it. */
export const LEASES_STATE_FORMAT_VERSION = 2;
/** That of a state with alarms, which older software would not heed. */
export const ALARMS_STATE_FORMAT_VERSION = 3;

/** That of a state in which sessions have ended, whose openings may still come. */
export const SESSIONS_STATE_FORMAT_VERSION = 4;

const VERSION = 1;
const BYTES = 2 + 4 * 8 + 4;
/** Of a state in which sessions have ended. */
const LONGER_BYTES: number = BYTES + 8;

/** The oldest format that has all that is in a state. */
export function stateFormatOf(state: {
  readonly leases: number;
  readonly alarms: number;
  readonly sessionsEndedUpTo: LogIndex;
}): number {
  if (state.sessionsEndedUpTo > 0) return SESSIONS_STATE_FORMAT_VERSION;
  if (state.alarms > 0) return ALARMS_STATE_FORMAT_VERSION;
  return state.leases > 0 ? LEASES_STATE_FORMAT_VERSION : STATE_FORMAT_VERSION;
}

export function encodeMeta(
  encoder: RowEncoder,
  meta: StateMeta,
  format: number = STATE_FORMAT_VERSION,
): Uint8Array {
  const isLonger = format >= SESSIONS_STATE_FORMAT_VERSION;
  encoder
    .begin(isLonger ? LONGER_BYTES : BYTES)
    .byte(VERSION)
    .byte(format)
    .uint64(meta.appliedIndex)
    .uint64(meta.appliedTerm)
    .uint64(meta.revision)
    .uint64(meta.compactRevision + 1)
    .uint32(meta.rollingHash);
  if (isLonger) encoder.uint64(meta.sessionsEndedUpTo);
  return encoder.finish();
}

/** The state's format, as its meta row says it. */
export function formatOfMeta(row: Uint8Array): number {
  return new RowDecoder(row, "meta").version(VERSION).byte();
}

/** @throws DamagedRowError on bytes that {@link encodeMeta} never makes, or of newer software */
export function decodeMeta(row: Uint8Array): StateMeta {
  const decoder = new RowDecoder(row, "meta").version(VERSION);
  const format = decoder.byte();
  if (format < STATE_FORMAT_VERSION || format > SESSIONS_STATE_FORMAT_VERSION) {
    throw new DamagedRowError(
      `the state has format ${format}, known are ${STATE_FORMAT_VERSION} to ${SESSIONS_STATE_FORMAT_VERSION}: start the newer software that wrote it`,
    );
  }
  return {
    appliedIndex: decoder.uint64(),
    appliedTerm: decoder.uint64(),
    revision: decoder.uint64(),
    compactRevision: decoder.uint64() - 1,
    rollingHash: decoder.uint32(),
    sessionsEndedUpTo: format >= SESSIONS_STATE_FORMAT_VERSION ? decoder.uint64() : 0,
  };
}
