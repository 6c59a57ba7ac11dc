import type { ByteString, GroupId, Revision } from "@holdfast/base";
import { DamagedRowError } from "./damaged-row-error.ts";

/** Where the rows of one group stand: the prefixes of docs/state-format.md, each `group (2) kind (1)`. */
export interface RowLayout {
  /** The one row that tells how far the state has come. */
  readonly metaKey: ByteString;
  readonly sessionPrefix: ByteString;
  readonly sessionEnd: ByteString;
  readonly answersPrefix: ByteString;
  readonly answersEnd: ByteString;
  /** The one row that tells how far this store has collected what compactions freed. */
  readonly collectionKey: ByteString;
  readonly leasePrefix: ByteString;
  readonly leaseEnd: ByteString;
  /** The keys that hang on leases. */
  readonly attachmentPrefix: ByteString;
  readonly attachmentEnd: ByteString;
  /** The alarms that the log knows of. */
  readonly alarmPrefix: ByteString;
  readonly alarmEnd: ByteString;
  readonly currentPrefix: ByteString;
  readonly currentEnd: ByteString;
  readonly historyPrefix: ByteString;
  readonly historyEnd: ByteString;
  readonly garbagePrefix: ByteString;
  readonly garbageEnd: ByteString;
  readonly blockPrefix: ByteString;
  readonly blockEnd: ByteString;
}

/** A user's keys `[from, to)`; `to` undefined is no end. */
export interface KeyRange {
  readonly from: ByteString;
  readonly to: ByteString | undefined;
}

/** The first event of a block names it: its revision and its place within. */
export interface BlockId {
  readonly blockRevision: Revision;
  readonly blockSub: number;
}

/** Where an event stands. */
export interface EventReference extends BlockId {
  /** Its position in the block. */
  readonly ordinal: number;
}

const META = 0x01;
const SESSION = 0x02;
const ANSWERS = 0x03;
const COLLECTION = 0x04;
const LEASE = 0x05;
const ATTACHMENT = 0x06;
const ALARM = 0x07;
const CURRENT = 0x10;
const HISTORY = 0x20;
const GARBAGE = 0x21;
const BLOCK = 0x30;

const GROUP_MAX = 0xffff;
const REVISION_BYTES = 8;
const TERMINATOR = "\u0000\u0001";
const ESCAPED_ZERO = "\u0000\u00ff";

/** The layout of a group's rows; a group is a whole number from 0 to 65,535. */
export function rowLayout(group: GroupId): RowLayout {
  if (!Number.isInteger(group) || group < 0 || group > GROUP_MAX) {
    throw new RangeError(`a group must be a whole number from 0 to ${GROUP_MAX}, got ${group}`);
  }
  const prefix = (kind: number): ByteString => String.fromCharCode(group >>> 8, group & 0xff, kind);
  return Object.freeze({
    metaKey: prefix(META),
    sessionPrefix: prefix(SESSION),
    sessionEnd: prefix(SESSION + 1),
    answersPrefix: prefix(ANSWERS),
    answersEnd: prefix(ANSWERS + 1),
    collectionKey: prefix(COLLECTION),
    leasePrefix: prefix(LEASE),
    leaseEnd: prefix(LEASE + 1),
    attachmentPrefix: prefix(ATTACHMENT),
    attachmentEnd: prefix(ATTACHMENT + 1),
    alarmPrefix: prefix(ALARM),
    alarmEnd: prefix(ALARM + 1),
    currentPrefix: prefix(CURRENT),
    currentEnd: prefix(CURRENT + 1),
    historyPrefix: prefix(HISTORY),
    historyEnd: prefix(HISTORY + 1),
    garbagePrefix: prefix(GARBAGE),
    garbageEnd: prefix(GARBAGE + 1),
    blockPrefix: prefix(BLOCK),
    blockEnd: prefix(BLOCK + 1),
  });
}

export function currentKey(layout: RowLayout, key: ByteString): ByteString {
  return layout.currentPrefix + key;
}

/** The user's key of a `current` row. */
export function keyOfCurrent(layout: RowLayout, rowKey: ByteString): ByteString {
  return rowKey.slice(layout.currentPrefix.length);
}

/** Where the `current` rows of a range stand. */
export function currentBounds(
  layout: RowLayout,
  range: KeyRange,
): { readonly from: ByteString; readonly to: ByteString } {
  const from = layout.currentPrefix + range.from;
  return { from, to: range.to === undefined ? layout.currentEnd : layout.currentPrefix + range.to };
}

export function historyKey(layout: RowLayout, key: ByteString, revision: Revision): ByteString {
  return layout.historyPrefix + escapeKey(key) + TERMINATOR + uint64Key(revision);
}

/** The user's key and the revision of a `history` row. */
export function partsOfHistory(
  layout: RowLayout,
  rowKey: ByteString,
): { readonly key: ByteString; readonly revision: Revision } {
  const end = rowKey.length - REVISION_BYTES - TERMINATOR.length;
  if (end < layout.historyPrefix.length || !rowKey.startsWith(TERMINATOR, end)) {
    throw new DamagedRowError("a history row has no key");
  }
  return {
    key: unescapeKey(rowKey.slice(layout.historyPrefix.length, end)),
    revision: uint64At(rowKey, end + TERMINATOR.length),
  };
}

/** Where the `history` rows of a range stand, of all revisions. */
export function historyBounds(
  layout: RowLayout,
  range: KeyRange,
): { readonly from: ByteString; readonly to: ByteString } {
  return {
    from: layout.historyPrefix + escapeKey(range.from),
    to: range.to === undefined ? layout.historyEnd : layout.historyPrefix + escapeKey(range.to),
  };
}

export function blockKey(layout: RowLayout, id: BlockId): ByteString {
  return layout.blockPrefix + uint64Key(id.blockRevision) + uint32Key(id.blockSub);
}

/** The block of a `block` row. */
export function blockOf(layout: RowLayout, rowKey: ByteString): BlockId {
  const at = layout.blockPrefix.length;
  return { blockRevision: uint64At(rowKey, at), blockSub: uint32At(rowKey, at + REVISION_BYTES) };
}

/** Sorts as blocks do, and within a block by the place of the event. */
export function garbageKey(layout: RowLayout, event: EventReference): ByteString {
  const { blockRevision, blockSub, ordinal } = event;
  return layout.garbagePrefix + uint64Key(blockRevision) + uint32Key(blockSub) + uint32Key(ordinal);
}

/** The event of a `garbage` row. */
export function eventOfGarbage(layout: RowLayout, rowKey: ByteString): EventReference {
  const at = layout.garbagePrefix.length;
  return {
    blockRevision: uint64At(rowKey, at),
    blockSub: uint32At(rowKey, at + REVISION_BYTES),
    ordinal: uint32At(rowKey, at + REVISION_BYTES + 4),
  };
}

export function sessionKey(layout: RowLayout, session: ByteString): ByteString {
  return layout.sessionPrefix + session;
}

/** Names its run of answers whole, so that a start reads keys only. */
export function answersKey(
  layout: RowLayout,
  run: { readonly session: ByteString; readonly first: number; readonly count: number },
): ByteString {
  return layout.answersPrefix + run.session + uint64Key(run.first) + uint32Key(run.count);
}

/** The session's id of a `session` row. */
export function sessionOf(layout: RowLayout, rowKey: ByteString): ByteString {
  return rowKey.slice(layout.sessionPrefix.length);
}

/** The run that an `answers` row holds. */
export function partsOfAnswers(
  layout: RowLayout,
  rowKey: ByteString,
): { readonly session: ByteString; readonly first: number; readonly count: number } {
  const at = rowKey.length - REVISION_BYTES - 4;
  return {
    session: rowKey.slice(layout.answersPrefix.length, at),
    first: uint64At(rowKey, at),
    count: uint32At(rowKey, at + REVISION_BYTES),
  };
}

/**
 * Zero bytes are escaped, so that the terminator of a key sorts before whatever
 * a longer key goes on with, and rows sort by key first and revision second.
 */
function escapeKey(key: ByteString): ByteString {
  return key.includes("\0") ? key.replaceAll("\0", ESCAPED_ZERO) : key;
}

function unescapeKey(escaped: ByteString): ByteString {
  return escaped.includes("\0") ? escaped.replaceAll(ESCAPED_ZERO, "\0") : escaped;
}

function uint32Key(value: number): ByteString {
  return String.fromCharCode(
    value >>> 24,
    (value >>> 16) & 0xff,
    (value >>> 8) & 0xff,
    value & 0xff,
  );
}

function uint64Key(value: number): ByteString {
  return uint32Key(Math.floor(value / 0x1_0000_0000)) + uint32Key(value % 0x1_0000_0000);
}

function uint32At(key: ByteString, at: number): number {
  let value = 0;
  for (let offset = 0; offset < 4; offset++) value = value * 256 + key.charCodeAt(at + offset);
  return value;
}

function uint64At(key: ByteString, at: number): number {
  return uint32At(key, at) * 0x1_0000_0000 + uint32At(key, at + 4);
}
