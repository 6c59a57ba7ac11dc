import { SeededRandom, silentLogger } from "@holdfast/base";
import {
  ClaimQueue,
  ElectionService,
  KvService,
  LeaseService,
  LockService,
  ReplicaCalls,
  type WatchLimits,
  WatchService,
} from "@holdfast/service";
import { DEFAULT_OPERATION_LIMITS, pointQuery } from "@holdfast/state-machine";
import { expect } from "vitest";
import { SystemClock } from "../src/adapters/system-clock.ts";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { bytes } from "./open-edge.ts";
import type { SingleReplica } from "./single-replica.ts";

const CALL = { timeoutMs: Number.POSITIVE_INFINITY, requireLeader: false };
const clock = new SystemClock();
const turn = new SystemTurn();

/** Locks and elections as one node serves them; several may stand over one replica, as nodes do over one log. */
export class NodeLocks {
  readonly watches: WatchService;
  readonly elections: ElectionService;
  readonly #kv: KvService;
  readonly #lease: LeaseService;
  readonly #locks: LockService;

  constructor(replica: SingleReplica, watchLimits: Partial<WatchLimits> = {}) {
    const { layout } = replica;
    const calls = new ReplicaCalls({ clock, replica });
    const random = new SeededRandom(1);
    const limits = DEFAULT_OPERATION_LIMITS;
    const watching = { replica, clock, turn, random, layout, logger: silentLogger };
    this.watches = new WatchService({ ...watching, limits: watchLimits });
    this.#kv = new KvService({ replica, calls, limits, layout });
    this.#lease = new LeaseService({ replica, calls, random, limits, layout });
    const parts = { kv: this.#kv, lease: this.#lease, watches: this.watches };
    const queue = new ClaimQueue(parts);
    this.#locks = new LockService({ kv: this.#kv, queue });
    this.elections = new ElectionService({ ...parts, queue });
  }

  async grant(id: bigint): Promise<bigint> {
    await this.#lease.grant({ id, ttlSeconds: 60 }, CALL);
    return id;
  }

  /** Asks for the lock "m", until `aborted` fires. */
  lock(
    lease: bigint,
    options: { readonly aborted?: AbortSignal; readonly requireLeader?: boolean } = {},
  ): Promise<{ readonly key: Uint8Array }> {
    const { aborted = new AbortController().signal, requireLeader = false } = options;
    const context = { ...CALL, requireLeader, signal: aborted };
    return this.#locks.lock({ name: bytes("m"), lease }, context);
  }

  unlock(key: Uint8Array): Promise<number> {
    return this.#locks.unlock(key, CALL);
  }

  /** How often and when last the claim for "m" of a lease was made; `undefined` without one. */
  async claim(lease: bigint): Promise<{ readonly version: number } | undefined> {
    const query = pointQuery(bytes(`m/${lease.toString(16)}`));
    const found = await this.#kv.range(query, { ...CALL, serializable: true });
    return "kvs" in found ? found.kvs[0] : undefined;
  }

  /** Resolves once a lease's claim for "m" was made so often. */
  async untilClaimed(lease: bigint, version = 1): Promise<void> {
    await expect.poll(async () => (await this.claim(lease))?.version).toBe(version);
  }
}

/** Lets all that can go on without a clock do so. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 100; round++) await turn.next();
}
