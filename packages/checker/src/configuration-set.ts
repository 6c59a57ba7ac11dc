import { assert } from "@holdfast/base";

const SLOTS_AT_FIRST = 64;
const WORDS_AT_FIRST = 256;
const EMPTY = -1;

/**
 * Configurations of a search, as short sequences of 32-bit words packed into one arena: a *head* and,
 * behind it, a fixed number of words of *used* bits. One covers another if their heads are equal
 * and it has used nothing that the other has not.
 *
 * The length of a head must follow from its first word. A search keeps millions of configurations,
 * for which JavaScript's own sets need five times the memory.
 */
export class ConfigurationSet {
  readonly #usedWords: number;
  /** Where in the arena a sequence starts; open addressing, a power of two of slots. */
  #slots: Int32Array = new Int32Array(SLOTS_AT_FIRST).fill(EMPTY);
  /** The hash of the sequence in the slot, so that growing touches no sequence. */
  #hashes: Int32Array = new Int32Array(SLOTS_AT_FIRST);
  #arena: Int32Array = new Int32Array(WORDS_AT_FIRST);
  #used = 0;
  #size = 0;

  constructor(usedWords: number) {
    this.#usedWords = usedWords;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    return this.#slots.byteLength + this.#hashes.byteLength + this.#arena.byteLength;
  }

  /** Takes the first `length` words in, unless what is there covers them: then false. */
  add(words: Int32Array, length: number): boolean {
    const head = length - this.#usedWords;
    const hash = hashOf(words, head);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const start = this.#slots[slot] ?? EMPTY;
      if (start === EMPTY) break;
      if (this.#hashes[slot] === hash && this.#isCoveredBy(start, words, head)) return false;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#append(words, length);
    this.#hashes[slot] = hash;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    return true;
  }

  #isCoveredBy(start: number, words: Int32Array, head: number): boolean {
    for (let at = 0; at < head; at++) {
      if (this.#arena[start + at] !== words[at]) return false;
    }
    for (let at = head; at < head + this.#usedWords; at++) {
      if (((this.#arena[start + at] ?? 0) & ~(words[at] ?? 0)) !== 0) return false;
    }
    return true;
  }

  #append(words: Int32Array, length: number): number {
    const start = this.#used;
    if (start + length > this.#arena.length) {
      const larger = new Int32Array(Math.max(this.#arena.length * 2, start + length));
      larger.set(this.#arena);
      this.#arena = larger;
    }
    for (let at = 0; at < length; at++) this.#arena[start + at] = words[at] ?? 0;
    this.#used += length;
    assert(this.#used < 2 ** 31, "configurations fit the numbers of their slots");
    return start;
  }

  #growSlots(): void {
    const { length } = this.#slots;
    const slots = new Int32Array(length * 2).fill(EMPTY);
    const hashes = new Int32Array(length * 2);
    const mask = length * 2 - 1;
    for (let from = 0; from < length; from++) {
      const start = this.#slots[from] ?? EMPTY;
      if (start === EMPTY) continue;
      const hash = this.#hashes[from] ?? 0;
      let slot = hash & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = start;
      hashes[slot] = hash;
    }
    this.#slots = slots;
    this.#hashes = hashes;
  }
}

/** MurmurHash3's rounds over the words. */
function hashOf(words: Int32Array, length: number): number {
  let hash = length;
  for (let at = 0; at < length; at++) {
    let word = Math.imul(words[at] ?? 0, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
