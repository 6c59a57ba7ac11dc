import {
  type ByteString,
  crc32c,
  fromByteString,
  needScan,
  pause,
  type Steps,
} from "@holdfast/base";
import type { StatePoint } from "../read/state-point.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { type HashKv, hashKvSteps } from "./hash-kv.ts";

const PAGE_ROWS = 1000;

/**
 * Hashes all replicated state: what {@link hashKvSteps} does at the latest revision,
 * then sessions, their answers, leases and the keys that hang on them, and alarms. Equal on replicas that have applied the same entries.
 */
export function* hashStateSteps(
  point: StatePoint,
  layout: RowLayout,
): Steps<{ readonly hash: number; readonly storeRevision: number }> {
  const kv = (yield* hashKvSteps(0, point, layout)) as HashKv;
  const sessions = { from: layout.sessionPrefix, to: layout.sessionEnd };
  const answers = { from: layout.answersPrefix, to: layout.answersEnd };
  const leases = { from: layout.leasePrefix, to: layout.attachmentEnd };
  const alarms = { from: layout.alarmPrefix, to: layout.alarmEnd };
  let hash = yield* hashRows(sessions, kv.hash);
  hash = yield* hashRows(answers, hash);
  hash = yield* hashRows(leases, hash);
  hash = yield* hashRows(alarms, hash);
  return { hash, storeRevision: kv.storeRevision };
}

function* hashRows(
  range: { readonly from: ByteString; readonly to: ByteString },
  before: number,
): Steps<number> {
  let { from } = range;
  let hash = before;
  while (true) {
    const rows = yield* needScan({ from, to: range.to, limit: PAGE_ROWS });
    for (const { key, value } of rows) {
      hash = crc32c(fromByteString(key), 0, undefined, hash);
      hash = crc32c(value, 0, undefined, hash);
    }
    if (rows.length < PAGE_ROWS) return hash;
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
}
