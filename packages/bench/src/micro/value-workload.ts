import { below, fromByteString, randomBytes, SeededRandom } from "@holdfast/base";
import { encodeBatch, type Operation, pointQuery, type RangeQuery } from "@holdfast/state-machine";

export interface ValueWorkloadOptions {
  /** A key has always a value of the same size; the sizes take turns over the keys. */
  readonly valueSizes: readonly number[];
  readonly keys: number;
  readonly putsPerEntry: number;
}

const SESSION = new Uint8Array(16).fill(1);
const SEED = 12;
const POOL_BYTES = 1 << 20;
/** Half of a value is random and half is one letter: text and JSON compress about so. */
const COMPRESSIBLE = 0x61;

/**
 * Puts of random keys: each key once, then as many of any of them. The same for
 * equal options, so that what stores differ in is not what they were given.
 */
export class ValueWorkload {
  readonly keys: number;
  readonly #options: ValueWorkloadOptions;
  readonly #random = new SeededRandom(SEED);
  readonly #pool: Uint8Array = randomBytes(this.#random, POOL_BYTES);

  constructor(options: ValueWorkloadOptions) {
    this.keys = options.keys;
    this.#options = options;
  }

  get puts(): number {
    return 2 * this.keys;
  }

  /** Payloads of entries, one after the other; the first opens the session. */
  *entries(): Generator<Uint8Array> {
    yield batch(0, [{ kind: "session-open" }]);
    const order = Uint32Array.from({ length: this.keys }, (_, at) => at);
    for (let at = order.length - 1; at > 0; at--) {
      const other = below(this.#random, at + 1);
      const key = order[at] ?? 0;
      order[at] = order[other] ?? 0;
      order[other] = key;
    }
    let operations: Operation[] = [];
    for (let put = 0; put < this.puts; put++) {
      operations.push(this.#put(order[put] ?? below(this.#random, this.keys)));
      if (operations.length < this.#options.putsPerEntry && put + 1 < this.puts) continue;
      yield batch(put + 2 - operations.length, operations);
      operations = [];
    }
  }

  /** Any `count` of the keys. */
  someKeys(count: number): readonly Uint8Array[] {
    return Array.from({ length: count }, () => workloadKey(below(this.#random, this.keys)));
  }

  /** Any `count` ranges of `length` keys each, as far as there are so many. */
  someRanges(count: number, length: number): readonly RangeQuery[] {
    const starts = Math.max(1, this.keys - length + 1);
    return Array.from({ length: count }, () => {
      const from = below(this.#random, starts);
      return { ...pointQuery(workloadKey(from)), rangeEnd: workloadKey(from + length) };
    });
  }

  #put(key: number): Operation {
    const { valueSizes } = this.#options;
    const size = valueSizes[key % valueSizes.length] ?? 0;
    const value = new Uint8Array(size).fill(COMPRESSIBLE);
    const half = size >> 1;
    const from = below(this.#random, POOL_BYTES - half);
    value.set(this.#pool.subarray(from, from + half));
    return {
      kind: "put",
      key: workloadKey(key),
      value,
      lease: 0n,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    };
  }
}

function workloadKey(number: number): Uint8Array {
  return fromByteString(`objects/${String(number).padStart(12, "0")}`);
}

function batch(firstSequence: number, operations: readonly Operation[]): Uint8Array {
  return encodeBatch({
    session: SESSION,
    firstSequence,
    ackedBelow: firstSequence,
    operations,
  });
}
