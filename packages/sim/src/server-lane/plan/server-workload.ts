import type { Millis } from "@holdfast/base";
import type { Dice } from "../../dice.ts";

/** Who uses a cluster, and how. */
export interface ServerWorkload {
  /** Clients of the SDK that contest a few keys. */
  readonly clients: number;
  /** Callers of etcd's KV, beside the clients of the SDK. */
  readonly plainCallers: number;
  /** Calls that one client has under way at most. */
  readonly concurrency: number;
  readonly keys: number;
  /** Between two calls of one of these on average, ms; between two leases or locks a quarter of it. */
  readonly thinkMs: Millis;
  /** The least patience of a call, ms; most have 10 times as much. */
  readonly timeoutMs: Millis;
  readonly readShare: number;
  readonly valueBytesMax: number;
  /** Between two compactions on average, ms. */
  readonly compactMs: Millis | undefined;
  readonly leaseHolders: number;
  readonly lockHolders: number;
  /** Watches of every key. */
  readonly followers: number;
}

/**
 * A swarm: of each kind there are some or none, and some hardly do anything. Kinds hide each other's faults, as writes
 * of one bring into memory what another would have to find on the disk (docs/decisions/0019).
 */
export function drawWorkload(dice: Dice): ServerWorkload {
  const some = (share: number, most: number): number =>
    dice.chance(share) ? dice.between(1, most) : 0;
  const clients = some(0.8, 3);
  const plainCallers = some(0.5, 4);
  const leaseHolders = some(0.5, 3);
  const lockHolders = some(0.3, 3);
  const isUsed = clients + plainCallers + leaseHolders + lockHolders > 0;
  return {
    clients: isUsed ? clients : 1,
    plainCallers,
    leaseHolders,
    lockHolders,
    followers: some(0.9, 3),
    concurrency: dice.between(1, 3),
    keys: dice.between(3, 6),
    thinkMs: dice.logarithmic(500, 40_000),
    timeoutMs: dice.logarithmic(100, 2_000),
    readShare: dice.pick([0.2, 0.4, 0.7]),
    valueBytesMax: dice.pick([10, 200, 2_000]),
    compactMs: dice.chance(0.5) ? dice.logarithmic(1_000, 10_000) : undefined,
  };
}
