import type { Cancel, Clock, HoldfastError, Millis } from "@holdfast/base";
import {
  LEASE_IDS_MAX,
  type LeaseRenewOperation,
  type OperationResult,
} from "@holdfast/state-machine";
import { LeaderLookout } from "../leader-lookout.ts";
import type { ReplicaCall } from "../replica-api.ts";
import { NoLeaderError, OverloadedError, RequestTimedOutError } from "../replica-errors.ts";

export interface LeaseRenewalsParts {
  readonly clock: Clock;
  readonly electionTimeoutMs: Millis;
  hasLeader(): boolean;
  propose(operation: LeaseRenewOperation, call: ReplicaCall): Promise<OperationResult>;
}

/** Between two entries with renewals, ms: what comes meanwhile goes into the next one (decision 22). */
const GATHER_MS: Millis = 50;
/** How often an entry without an answer is tried. */
const ATTEMPTS = 3;
/** Renewals of one node that wait for an answer. */
export const RENEWALS_PENDING_MAX = 65_536;

interface Waiting {
  readonly call: ReplicaCall;
  resolve(ttlSeconds: number): void;
  reject(failure: unknown): void;
}

/**
 * Renews leases for the callers of this node, many with one entry. The first one after a rest
 * goes out at once; an answer comes when its entry is applied here.
 */
export class LeaseRenewals {
  readonly #parts: LeaseRenewalsParts;
  readonly #lookout: LeaderLookout;
  #gathered = new Map<bigint, Waiting[]>();
  #pending = 0;
  #sentAt: Millis = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | undefined;

  constructor(parts: LeaseRenewalsParts) {
    this.#parts = parts;
    const electionTimeoutMs = (): Millis => parts.electionTimeoutMs;
    this.#lookout = new LeaderLookout({
      clock: parts.clock,
      electionTimeoutMs,
      hasLeader: parts.hasLeader,
    });
  }

  /**
   * Resolves with how long the lease lives from now on, s; 0 if it is not known. A call that wants a
   * leader is refused at once where none is known, and later when there was none for a while.
   */
  renew(id: bigint, call: ReplicaCall): Promise<number> {
    // What 0 is in a put it is here: no lease.
    if (id === 0n) return Promise.resolve(0);
    if (this.#pending >= RENEWALS_PENDING_MAX) {
      return Promise.reject(
        new OverloadedError(`${RENEWALS_PENDING_MAX} renewals are waiting already`),
      );
    }
    if (call.requireLeader === true && !this.#parts.hasLeader()) {
      return Promise.reject(new NoLeaderError("no leader is known"));
    }
    this.#pending++;
    let settled = (): void => undefined;
    return new Promise<number>((resolve, reject) => {
      if (call.requireLeader === true) settled = this.#lookout.want(reject);
      const waiting = this.#gathered.get(id);
      const one = { call, resolve, reject };
      if (waiting === undefined) this.#gathered.set(id, [one]);
      else waiting.push(one);
      this.#schedule();
    }).finally(() => {
      settled();
      this.#pending--;
    });
  }

  failAll(failure: HoldfastError): void {
    this.#lookout.stop();
    this.#cancel?.();
    this.#cancel = undefined;
    for (const waiting of this.#take().values()) {
      for (const { reject } of waiting) reject(failure);
    }
  }

  #schedule(): void {
    if (this.#cancel !== undefined) return;
    const { clock } = this.#parts;
    const waitMs = Math.max(0, this.#sentAt + GATHER_MS - clock.now());
    this.#cancel = clock.timer(waitMs, () => {
      this.#cancel = undefined;
      this.#sentAt = clock.now();
      this.#send([...this.#take()]);
    });
  }

  #take(): Map<bigint, Waiting[]> {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    return gathered;
  }

  #send(gathered: readonly (readonly [bigint, readonly Waiting[]])[]): void {
    for (let at = 0; at < gathered.length; at += LEASE_IDS_MAX) {
      const part = gathered.slice(at, at + LEASE_IDS_MAX);
      this.#renew(part).then(
        (ttls) => {
          for (const [place, [, waiting]] of part.entries()) {
            for (const { resolve } of waiting) resolve(ttls[place] ?? 0);
          }
        },
        (failure) => {
          for (const [, waiting] of part) for (const { reject } of waiting) reject(failure);
        },
      );
    }
  }

  async #renew(
    part: readonly (readonly [bigint, readonly Waiting[]])[],
  ): Promise<readonly number[]> {
    const { clock, propose } = this.#parts;
    const ids = part.map(([id]) => id);
    let deadline = 0;
    for (const [, waiting] of part) {
      for (const { call } of waiting) deadline = Math.max(deadline, call.deadline);
    }
    // To renew again does no harm, so what was renewed by a copy whose answer was too large to keep is renewed anew.
    for (let attempt = 0; attempt < ATTEMPTS && clock.now() < deadline; attempt++) {
      const result = await propose({ kind: "lease-renew", ids }, { deadline });
      if (result.kind === "lease-renew") return result.ttls;
    }
    throw new RequestTimedOutError("the renewal was not answered in time", "unknown");
  }
}
