export type StateId = number;

/** How a state was reached first: from which one, and by which code. */
export interface StateOrigin {
  readonly parent: StateId;
  readonly code: number;
}

/** Rows are kept in blocks of so many, so that no block is ever moved. */
const BLOCK_ROWS = 2 ** 16;
const SLOTS_LEAST = 2 ** 16;
/** The table of slots grows when it is filled to this part. */
const FILLED_MAX = 0.6;
/** A slot holds a state and 64 bits of its key. */
const SLOT_WIDTH = 3;
const EMPTY = -1;

/**
 * All distinct states of a search in the order in which they were found, each a row of numbers.
 *
 * States are told apart by 64 bits of their keys: among ten million of them two are taken for
 * one with a chance of 3 in a million.
 */
export class StateTable {
  readonly #width: number;
  readonly #rows: Int32Array[] = [];
  readonly #origins: Int32Array[] = [];
  #slots: Int32Array = new Int32Array(SLOTS_LEAST * SLOT_WIDTH).fill(EMPTY);
  #count = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether there was no state with this key; then `row` is kept as it. */
  add(key: Int32Array, row: Int32Array, { parent, code }: StateOrigin): boolean {
    const high = hashOf(key, 0x811c9dc5);
    const low = hashOf(key, 0x3c6ef372);
    const slot = find(this.#slots, high, low);
    if (this.#slots[slot] !== EMPTY) return false;
    put(this.#slots, slot, [this.#count, high, low]);
    const at = this.#count % BLOCK_ROWS;
    if (at === 0) {
      this.#rows.push(new Int32Array(BLOCK_ROWS * this.#width));
      this.#origins.push(new Int32Array(BLOCK_ROWS * 2));
    }
    this.#rows.at(-1)?.set(row, at * this.#width);
    this.#origins.at(-1)?.set([parent, code], at * 2);
    this.#count++;
    if (this.#count * SLOT_WIDTH > this.#slots.length * FILLED_MAX) this.#grow();
    return true;
  }

  read(id: StateId, into: Int32Array): void {
    const block = this.#rows[Math.floor(id / BLOCK_ROWS)];
    const start = (id % BLOCK_ROWS) * this.#width;
    for (let at = 0; at < this.#width; at++) into[at] = block?.[start + at] ?? 0;
  }

  originOf(id: StateId): StateOrigin {
    const block = this.#origins[Math.floor(id / BLOCK_ROWS)];
    const at = (id % BLOCK_ROWS) * 2;
    return { parent: block?.[at] ?? EMPTY, code: block?.[at + 1] ?? EMPTY };
  }

  #grow(): void {
    const grown = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    for (let slot = 0; slot < this.#slots.length; slot += SLOT_WIDTH) {
      const [id = EMPTY, high = 0, low = 0] = this.#slots.subarray(slot, slot + SLOT_WIDTH);
      if (id !== EMPTY) put(grown, find(grown, high, low), [id, high, low]);
    }
    this.#slots = grown;
  }
}

/** The slot with these bits, or the empty one where they belong. */
function find(slots: Int32Array, high: number, low: number): number {
  const mask = slots.length / SLOT_WIDTH - 1;
  let slot = (low & mask) * SLOT_WIDTH;
  for (;;) {
    const isIt = slots[slot + 1] === high && slots[slot + 2] === low;
    if (slots[slot] === EMPTY || isIt) return slot;
    slot = ((slot / SLOT_WIDTH + 1) & mask) * SLOT_WIDTH;
  }
}

function put(slots: Int32Array, slot: number, what: readonly number[]): void {
  slots.set(what, slot);
}

function hashOf(numbers: Int32Array, seed: number): number {
  let hash = seed;
  for (let at = 0; at < numbers.length; at++) {
    hash = Math.imul(hash ^ (numbers[at] ?? 0), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) | 0;
}
