import { emptyBytes, type Revision } from "@holdfast/base";
import { DamagedRowError } from "./damaged-row-error.ts";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";
import type { BlockId } from "./row-layout.ts";

/** A block grows to about so many bytes, then the next begins; one event never spans two. */
export const BLOCK_BYTES_TARGET: number = 256 * 1024;

/** One change of one key. A deletion knows only `key` and `modRevision`; the rest is 0 or empty. */
export interface BlockEvent {
  readonly kind: "put" | "delete";
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
  /** The place among the changes of its revision, from 0. */
  readonly sub: number;
  readonly version: number;
  readonly lease: bigint;
}

const VERSION = 1;
const HEADER_BYTES = 5;
const OFFSET_BYTES = 4;
const DELETE = 1;
const LEASED = 2;
const EVENT_HEADER_BYTES_MAX = 1 + 5 * 8 + 8;

/** What an event takes in a block, bytes, at most. */
export function eventBytesMax(event: BlockEvent): number {
  return OFFSET_BYTES + EVENT_HEADER_BYTES_MAX + event.key.length + event.value.length;
}

/**
 * The value of a `block` row: `version (1) count (4)`, the end of each event (4
 * each, counted from the first event), then the events. The table lets one event
 * be read without the others.
 */
export function encodeBlock(
  encoder: RowEncoder,
  id: BlockId,
  events: readonly BlockEvent[],
): Uint8Array {
  const head = HEADER_BYTES + OFFSET_BYTES * events.length;
  let bytesMax = head;
  for (const event of events) bytesMax += eventBytesMax(event);
  encoder
    .begin(bytesMax)
    .byte(VERSION)
    .uint32(events.length)
    .skip(OFFSET_BYTES * events.length);
  for (const [at, event] of events.entries()) {
    writeEvent(encoder, id, event);
    encoder.fill(HEADER_BYTES + OFFSET_BYTES * at, encoder.length - head);
  }
  return encoder.finish();
}

/** How many events a block holds. */
export function blockEvents(block: Uint8Array): number {
  return new RowDecoder(block, "block").version(VERSION).uint32();
}

/**
 * Reads one event of a block; `key` and `value` are views of it.
 *
 * @throws DamagedRowError where there is no such event
 */
export function readBlockEvent(id: BlockId, block: Uint8Array, ordinal: number): BlockEvent {
  const count = blockEvents(block);
  if (ordinal >= count) throw new DamagedRowError(`a block row has no event ${ordinal}`);
  const events = HEADER_BYTES + OFFSET_BYTES * count;
  const start = ordinal === 0 ? 0 : endOf(block, ordinal - 1);
  const decoder = new RowDecoder(block, "block", events + start, events + endOf(block, ordinal));
  const flags = decoder.byte();
  const modRevision = id.blockRevision + decoder.varint();
  const sub = decoder.varint();
  const key = decoder.raw(decoder.varint());
  if ((flags & DELETE) !== 0) return tombstone({ key, modRevision, sub });
  const createRevision = modRevision - decoder.varint();
  const version = decoder.varint();
  const lease = (flags & LEASED) === 0 ? 0n : decoder.int64();
  const value = decoder.rest();
  return { kind: "put", key, value, createRevision, modRevision, sub, version, lease };
}

/** The event of a deletion. */
export function tombstone(of: {
  readonly key: Uint8Array;
  readonly modRevision: Revision;
  readonly sub: number;
}): BlockEvent {
  return { kind: "delete", ...of, value: emptyBytes(), createRevision: 0, version: 0, lease: 0n };
}

function writeEvent(encoder: RowEncoder, id: BlockId, event: BlockEvent): void {
  const isDelete = event.kind === "delete";
  encoder
    .byte((isDelete ? DELETE : 0) | (event.lease === 0n ? 0 : LEASED))
    .varint(event.modRevision - id.blockRevision)
    .varint(event.sub)
    .varint(event.key.length)
    .raw(event.key);
  if (isDelete) return;
  encoder.varint(event.modRevision - event.createRevision).varint(event.version);
  if (event.lease !== 0n) encoder.int64(event.lease);
  encoder.raw(event.value);
}

function endOf(block: Uint8Array, ordinal: number): number {
  return new RowDecoder(block, "block", HEADER_BYTES + OFFSET_BYTES * ordinal).uint32();
}
