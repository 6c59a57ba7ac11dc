import type { Millis } from "@holdfast/base";
import { require } from "../../violation.ts";
import type { CallTeller } from "../clients/call-teller.ts";

interface KnownLease {
  readonly ttlMs: Millis;
  /** It may not end for its age before, on the clock of the world. */
  aliveUntil: Millis;
  /** Its holder asked for its end, so it may end at any time. */
  isRevoking: boolean;
  /** It was gone by then. */
  goneBy: Millis | undefined;
}

/** A call, from when it was asked to when it was answered. */
export interface Asked {
  readonly askedAt: Millis;
  readonly toldAt: Millis;
}

/**
 * What holders of leases may rely on (docs/consistency.md): a lease lives for its time from when its last
 * renewal was asked for, unless somebody revokes it (I21); what is known to be gone stays gone, and
 * its keys with it (I22).
 */
export class LeaseLaw {
  readonly #leases = new Map<bigint, KnownLease>();
  /** How much faster than the world's a node's clock may run. */
  readonly #clockDrift: number;
  readonly #calls: CallTeller;

  constructor(clockDrift: number, calls: CallTeller) {
    this.#clockDrift = clockDrift;
    this.#calls = calls;
  }

  /** An id was used that is granted but once. */
  granted(id: bigint, ttlSeconds: number, { askedAt }: Asked): void {
    this.#calls.answered(askedAt, () => `lease ${id} was granted for ${ttlSeconds} s`);
    const ttlMs = (ttlSeconds * 1000) / (1 + this.#clockDrift);
    const aliveUntil = askedAt + ttlMs;
    this.#leases.set(id, { ttlMs, aliveUntil, isRevoking: false, goneBy: undefined });
  }

  /** It was renewed. */
  renewed(id: bigint, asked: Asked): void {
    this.seen(id, asked, "was renewed");
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    lease.aliveUntil = Math.max(lease.aliveUntil, asked.askedAt + lease.ttlMs);
  }

  /** It was there, or a key that hangs on it was. */
  seen(id: bigint, { askedAt }: Asked, how: string): void {
    this.#calls.answered(askedAt, () => `lease ${id} ${how}`);
    const { goneBy } = this.#leases.get(id) ?? {};
    require(goneBy === undefined || askedAt < goneBy, "I22", () => {
      return `lease ${id} ${how} as was asked at ${askedAt}, and was gone by ${goneBy}`;
    });
  }

  revoking(id: bigint): void {
    const lease = this.#leases.get(id);
    if (lease !== undefined) lease.isRevoking = true;
  }

  /** It was not there, or a key that hung on it was not. */
  gone(id: bigint, { askedAt, toldAt }: Asked, how: string): void {
    this.#calls.answered(askedAt, () => `lease ${id} ${how}`);
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    require(lease.isRevoking || toldAt >= lease.aliveUntil, "I21", () => {
      return `lease ${id} ${how} at ${toldAt}, and nothing but its age could end it, before ${lease.aliveUntil}`;
    });
    lease.goneBy = Math.min(lease.goneBy ?? Number.POSITIVE_INFINITY, toldAt);
  }
}
