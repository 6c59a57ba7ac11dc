import type { ByteString } from "@holdfast/base";
import type { Alarm, AlarmKind } from "../command.ts";
import { DamagedRowError } from "./damaged-row-error.ts";
import { RowDecoder } from "./row-decoder.ts";
import type { RowLayout } from "./row-layout.ts";

const VERSION = 1;
const BY_ITSELF = 1;

/** What an `alarm` row holds beside its key: whether a leader raised it by itself. */
export function encodeAlarm(isAutomatic: boolean): Uint8Array {
  return Uint8Array.of(VERSION, isAutomatic ? BY_ITSELF : 0);
}

/** @throws DamagedRowError on bytes that {@link encodeAlarm} never makes */
export function isAutomaticAlarm(row: Uint8Array): boolean {
  const cause = new RowDecoder(row, "alarm").version(VERSION).byte();
  if (cause > BY_ITSELF) throw new DamagedRowError("an alarm row has no cause");
  return cause === BY_ITSELF;
}

/** Their numbers are etcd's. */
const KINDS: Readonly<Record<AlarmKind, number>> = { nospace: 1, corrupt: 2 };
const MEMBER_BYTES = 8;

/** Sorts by member, then kind. */
export function alarmKey(layout: RowLayout, { member, kind }: Alarm): ByteString {
  let key = layout.alarmPrefix;
  for (let byte = MEMBER_BYTES - 1; byte >= 0; byte--) {
    key += String.fromCharCode(Number((member >> BigInt(8 * byte)) & 0xffn));
  }
  return key + String.fromCharCode(KINDS[kind]);
}

/** @throws DamagedRowError on a key that {@link alarmKey} never makes */
export function alarmOfKey(layout: RowLayout, rowKey: ByteString): Alarm {
  const at = layout.alarmPrefix.length;
  const number = rowKey.charCodeAt(at + MEMBER_BYTES);
  const kind = (Object.keys(KINDS) as AlarmKind[]).find((known) => KINDS[known] === number);
  if (kind === undefined || rowKey.length !== at + MEMBER_BYTES + 1) {
    throw new DamagedRowError("an alarm row names no alarm");
  }
  let member = 0n;
  for (let byte = 0; byte < MEMBER_BYTES; byte++) {
    member = (member << 8n) | BigInt(rowKey.charCodeAt(at + byte));
  }
  return { member, kind };
}
