import type { ByteString } from "@holdfast/base";

/** A `Map` of so many entries takes some milliseconds to grow; each next growth takes twice as long. */
const FIRST_MAX = 65_536;
const PARTS = 64;
/** A key is told from others by so many of its last bytes. */
const HASHED_BYTES = 24;

/**
 * A map that may hold millions of entries and never stops the event loop to grow: V8 moves a
 * whole `Map` when it doubles, a third of a second for a million entries. Up to
 * 65,536 entries are one `Map`; keys that come later go to one of 64 by their last bytes.
 */
export class SplitMap<Value> {
  readonly #first = new Map<ByteString, Value>();
  /** Empty until the first is full. */
  #parts: readonly Map<ByteString, Value>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: ByteString): Value | undefined {
    const found = this.#first.get(key);
    if (found !== undefined || this.#parts.length === 0) return found;
    return this.#part(key)?.get(key);
  }

  set(key: ByteString, value: Value): void {
    const home = this.#homeOf(key);
    const before = home.size;
    home.set(key, value);
    this.#size += home.size - before;
  }

  delete(key: ByteString): boolean {
    const isGone = this.#first.delete(key) || this.#part(key)?.delete(key) === true;
    if (isGone) this.#size--;
    return isGone;
  }

  /** In no order. Entries that are added meanwhile may be missed. */
  *entries(): IterableIterator<[ByteString, Value]> {
    yield* this.#first.entries();
    for (const part of this.#parts) yield* part.entries();
  }

  #homeOf(key: ByteString): Map<ByteString, Value> {
    if (this.#parts.length === 0) {
      if (this.#first.size < FIRST_MAX) return this.#first;
      this.#parts = Array.from({ length: PARTS }, () => new Map());
    }
    const part = this.#part(key);
    return part === undefined || this.#first.has(key) ? this.#first : part;
  }

  #part(key: ByteString): Map<ByteString, Value> | undefined {
    return this.#parts.length === 0 ? undefined : this.#parts[partOf(key)];
  }
}

/** Which of the parts a key belongs to: FNV-1a of its last bytes, mixed so that the low bits differ. */
export function partOf(key: ByteString): number {
  let value = 0x81_1c_9d_c5 ^ key.length;
  for (let at = Math.max(0, key.length - HASHED_BYTES); at < key.length; at++) {
    value = Math.imul(value ^ key.charCodeAt(at), 0x01_00_01_93);
  }
  return ((value ^ (value >>> 15)) >>> 0) % PARTS;
}
