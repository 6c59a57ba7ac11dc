import { below, type Random, randomBytes } from "../random.ts";
import { pick } from "./pick.ts";

type Mutation = (random: Random, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

const MUTATIONS_MAX = 4;
const RUN_BYTES_MAX = 32;
/** Ends of the ranges of lengths, counts and marks, in formats of one to eight bytes. */
const EXTREMES: readonly (readonly number[])[] = [
  ...[0x00, 0x01, 0x7f, 0x80, 0x90, 0x9f, 0xc0, 0xc1, 0xff].map((byte) => [byte]),
  ...[0xc4, 0xc6, 0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xdb, 0xdc, 0xdd, 0xdf].map((byte) => [byte]),
  ...[0x00, 0x7f, 0x80, 0xff].flatMap((byte) => [
    [byte, byte],
    [byte, byte, byte, byte],
    [byte, byte, byte, byte, byte, byte, byte, byte],
  ]),
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  // So many elements are made at once, and not as a hash.
  [0xdd, 0x01, 0x7f, 0xff, 0xff],
  [0xc6, 0x7f, 0xff, 0xff, 0xff],
  [0xcf, 0x00, 0x20, 0, 0, 0, 0, 0, 0],
  [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0x1f, 0],
];

const MUTATIONS: readonly Mutation[] = [
  function flipBit(random, bytes) {
    const at = below(random, bytes.length);
    return overwrite(bytes, at, [(bytes[at] ?? 0) ^ (1 << below(random, 8))]);
  },
  function replaceByte(random, bytes) {
    return overwrite(bytes, below(random, bytes.length), [below(random, 256)]);
  },
  function setExtreme(random, bytes) {
    return overwrite(bytes, below(random, bytes.length), pick(random, EXTREMES));
  },
  function insertExtreme(random, bytes) {
    const at = below(random, bytes.length + 1);
    return splice(bytes, { at, removed: 0, added: pick(random, EXTREMES) });
  },
  function cutOff(random, bytes) {
    return bytes.slice(0, below(random, bytes.length));
  },
  function removeRun(random, bytes) {
    const removed = 1 + below(random, RUN_BYTES_MAX);
    return splice(bytes, { at: below(random, bytes.length), removed, added: [] });
  },
  function insertRun(random, bytes) {
    const added = randomBytes(random, 1 + below(random, RUN_BYTES_MAX));
    return splice(bytes, { at: below(random, bytes.length + 1), removed: 0, added });
  },
  function repeatRun(random, bytes) {
    const from = below(random, bytes.length);
    const added = bytes.slice(from, from + 1 + below(random, RUN_BYTES_MAX));
    return splice(bytes, { at: from, removed: 0, added });
  },
  function joinAnother(random, bytes, others) {
    const other = pick(random, others);
    const head = bytes.subarray(0, below(random, bytes.length + 1));
    const tail = other.subarray(below(random, other.length + 1));
    return splice(head, { at: head.length, removed: 0, added: tail });
  },
];

/** One of the examples with a few changes; now and then nothing but noise. */
export function mutateBytes(random: Random, examples: readonly Uint8Array[]): Uint8Array {
  if (below(random, 32) === 0) return randomBytes(random, below(random, 64));
  let bytes = pick(random, examples);
  const count = 1 + below(random, MUTATIONS_MAX);
  for (let done = 0; done < count && bytes.length > 0; done++) {
    bytes = pick(random, MUTATIONS)(random, bytes, examples);
  }
  return bytes;
}

/** The bytes from `at` on are others; the length stays. */
function overwrite(bytes: Uint8Array, at: number, others: readonly number[]): Uint8Array {
  const changed = bytes.slice();
  changed.set(others.slice(0, bytes.length - at), at);
  return changed;
}

function splice(
  bytes: Uint8Array,
  change: {
    readonly at: number;
    readonly removed: number;
    readonly added: Uint8Array | readonly number[];
  },
): Uint8Array {
  const { at, removed, added } = change;
  const rest = bytes.subarray(Math.min(bytes.length, at + removed));
  const changed = new Uint8Array(at + added.length + rest.length);
  changed.set(bytes.subarray(0, at));
  changed.set(added, at);
  changed.set(rest, at + added.length);
  return changed;
}
