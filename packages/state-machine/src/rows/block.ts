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

/** Where the events of a block stand in its bytes, looked up without a decoder for each: a block may have thousands. */
export class BlockTable {
  readonly count: number;
  readonly #block: Uint8Array;
  readonly #view: DataView;
  /** Where the first event begins. */
  readonly #events: number;

  /** @throws DamagedRowError */
  constructor(block: Uint8Array) {
    this.count = blockEvents(block);
    this.#block = block;
    this.#view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    this.#events = HEADER_BYTES + OFFSET_BYTES * this.count;
    if (this.#events > block.length) throw new DamagedRowError("a block row ends in its table");
  }

  startOf(ordinal: number): number {
    return ordinal === 0 ? this.#events : this.endOf(ordinal - 1);
  }

  endOf(ordinal: number): number {
    const end = this.#events + this.#view.getUint32(HEADER_BYTES + OFFSET_BYTES * ordinal);
    if (end > this.#block.length) throw new DamagedRowError("a block row ends in an event");
    return end;
  }

  /** Whether an event was collected: it keeps its place, but has no bytes. */
  isCollected(ordinal: number): boolean {
    return this.startOf(ordinal) === this.endOf(ordinal);
  }
}

/**
 * The block without some of its events; `undefined` if none is left. Those that stay
 * keep their places, so that what refers to them stays true.
 *
 * @throws DamagedRowError
 */
export function withoutEvents(
  block: Uint8Array,
  removed: ReadonlySet<number>,
): Uint8Array | undefined {
  const table = new BlockTable(block);
  const isLeft = (ordinal: number): boolean => !removed.has(ordinal) && !table.isCollected(ordinal);
  let count = table.count;
  while (count > 0 && !isLeft(count - 1)) count -= 1;
  if (count === 0) return undefined;
  const head = HEADER_BYTES + OFFSET_BYTES * count;
  const made = new Uint8Array(head + table.endOf(count - 1) - table.startOf(0));
  const view = new DataView(made.buffer);
  made[0] = VERSION;
  view.setUint32(1, count);
  let at = head;
  for (let ordinal = 0; ordinal < count; ordinal++) {
    if (isLeft(ordinal)) {
      const event = block.subarray(table.startOf(ordinal), table.endOf(ordinal));
      made.set(event, at);
      at += event.length;
    }
    view.setUint32(HEADER_BYTES + OFFSET_BYTES * ordinal, at - head);
  }
  return made.slice(0, at);
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
