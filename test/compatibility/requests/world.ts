import { below, type Random } from "@holdfast/testkit";

/** What those who draw requests know of both stores: what etcd has answered. */
export interface World {
  /** Of the store. */
  readonly revision: number;
  /** The last that was compacted; 0 before. */
  readonly compacted: number;
  readonly nodes: number;
}

const MAX_INT64 = "9223372036854775807";
const MIN_INT64 = "-9223372036854775808";
const ABOVE_SAFE = "9007199254740993";

/** Few enough that requests meet; more than a dozen, as smaller sorts of Go are stable by chance. */
const KEYS: readonly Buffer[] = [
  ..."abcdefgh",
  ...["a/", "a/1", "a/2", "a/3", "b/1", "b/2", "k", "k1", "k11", "k2", "m", "n", "o", "p", "q"],
  "\0",
  "\0\0",
  "\u00ff",
  "\u00ff\u00ff",
  "z".repeat(300),
].map((text) => Buffer.from(text, "latin1"));

const VALUES: readonly Buffer[] = ["", "0", "1", "2", "10", "\0", "\u00ff", "x".repeat(257)].map(
  (text) => Buffer.from(text, "latin1"),
);

const NO_BYTES: Buffer = Buffer.alloc(0);
const TO_THE_END: Buffer = Buffer.from([0]);

/** Lease ids that are asked for; one more is never granted. */
export const LEASES: readonly string[] = ["1", "2", "3", "4", "77", MAX_INT64];
const NO_LEASE = "5555";

export function chance(random: Random, percent: number): boolean {
  return below(random, 100) < percent;
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[below(random, items.length)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}

export function drawKey(random: Random): Buffer {
  return chance(random, 2) ? NO_BYTES : pick(random, KEYS);
}

/** None, another key, a prefix, the end of all; also one that is not behind the key. */
export function drawRangeEnd(random: Random, key: Buffer, singlePercent: number): Buffer {
  if (chance(random, singlePercent)) return NO_BYTES;
  const kind = below(random, 10);
  if (kind < 3) return TO_THE_END;
  if (kind < 5) return behindPrefix(key);
  return pick(random, KEYS);
}

function behindPrefix(key: Buffer): Buffer {
  const last = key.at(-1);
  if (last === undefined || last === 0xff) return TO_THE_END;
  return Buffer.concat([key.subarray(0, -1), Buffer.from([last + 1])]);
}

export function drawValue(random: Random): Buffer {
  return pick(random, VALUES);
}

export function drawLease(random: Random): string {
  return chance(random, 85) ? pick(random, LEASES) : pick(random, [NO_LEASE, "-1"]);
}

/** Mostly the present, often near an edge, now and then absurd. */
export function drawRevision(random: Random, world: World, presentPercent: number): string {
  if (chance(random, presentPercent)) return "0";
  const { revision, compacted } = world;
  const kind = below(random, 20);
  if (kind < 11) return String(compacted + below(random, Math.max(1, revision - compacted + 1)));
  if (kind < 13) return String(compacted + below(random, 3) - 1);
  if (kind < 16) return String(revision + below(random, 3) - 1);
  if (kind < 17) return String(revision + below(random, 1000));
  if (kind < 18) return String(below(random, 5) - 2);
  return pick(random, [MAX_INT64, MIN_INT64, ABOVE_SAFE, "-1"]);
}
