import type { Millis, Random } from "@holdfast/base";
import type { LeaseCounts, ReplicaApi } from "@holdfast/replica";
import {
  AnswerBudget,
  attachedKeysSteps,
  type FailedResult,
  type OperationLimits,
  type OperationResult,
  type RequestRefusal,
  type RowLayout,
  validateOperation,
} from "@holdfast/state-machine";
import type { CallContext, ReplicaCalls } from "./call-context.ts";

export interface LeasePorts {
  readonly replica: ReplicaApi;
  readonly calls: ReplicaCalls;
  readonly random: Random;
  readonly limits: OperationLimits;
  /** Where the replica's state machine keeps its rows. */
  readonly layout: RowLayout;
}

/** A lease as it was granted. */
export interface LeaseGranted {
  readonly kind: "granted";
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly revision: number;
}

/** What is left of a lease. */
export interface LeaseTimeToLive {
  /** Whole seconds; -1 if there is no such lease. */
  readonly remainingSeconds: number;
  /** 0 if there is no such lease. */
  readonly grantedSeconds: number;
  /** What hangs on it, in order; empty unless asked for. */
  readonly keys: readonly Uint8Array[];
}

const NO_LEASE: LeaseTimeToLive = Object.freeze({
  remainingSeconds: -1,
  grantedSeconds: 0,
  keys: [],
});

/**
 * Leases on any node, as etcd has them (etcd-v3.md §5.8). A request that cannot be served whatever the
 * state is refused at once, as a value; a promise rejects with the errors of the replica.
 */
export class LeaseService {
  readonly #replica: ReplicaApi;
  readonly #calls: ReplicaCalls;
  readonly #random: Random;
  readonly #limits: OperationLimits;
  readonly #layout: RowLayout;
  /** Of a shorter one its holder could not be heard during an election. */
  readonly #ttlSecondsMin: number;

  constructor(ports: LeasePorts) {
    this.#replica = ports.replica;
    this.#calls = ports.calls;
    this.#random = ports.random;
    this.#limits = ports.limits;
    this.#layout = ports.layout;
    const { electionTimeoutMs } = ports.replica.status();
    this.#ttlSecondsMin = Math.ceil((1.5 * electionTimeoutMs) / 1000);
  }

  /** Grants a lease; with the id 0n one that is chosen here. */
  grant(
    asked: { readonly id: bigint; readonly ttlSeconds: number },
    context: CallContext,
  ): RequestRefusal | Promise<LeaseGranted | OperationResult> {
    const id = asked.id === 0n ? randomLeaseId(this.#random) : asked.id;
    const ttlSeconds = Math.max(asked.ttlSeconds, this.#ttlSecondsMin);
    const operation = { kind: "lease-grant", id, ttlSeconds } as const;
    const refusal = validateOperation(operation, this.#limits);
    if (refusal !== undefined) return refusal;
    return this.#replica.propose(operation, this.#calls.call(context)).then((result) => {
      const { revision } = result;
      return result.kind === "lease-grant" ? { kind: "granted", id, ttlSeconds, revision } : result;
    });
  }

  /** Ends a lease; what hangs on it is gone when this resolves. */
  async revoke(id: bigint, context: CallContext): Promise<OperationResult> {
    if (id === 0n) return this.#notFound();
    const operation = { kind: "lease-revoke", id, expiry: undefined } as const;
    return await this.#replica.propose(operation, this.#calls.call(context));
  }

  /** Resolves with how long the lease lives from now on, s; 0 if there is no such lease. */
  renew(id: bigint, context: CallContext): Promise<number> {
    return this.#replica.leases.renew(id, this.#calls.call(context));
  }

  async timeToLive(
    asked: { readonly id: bigint; readonly keys: boolean },
    context: CallContext,
  ): Promise<LeaseTimeToLive> {
    const { id } = asked;
    const { leases } = this.#replica;
    const call = this.#calls.call(context);
    await this.#replica.barrier(call);
    const lease = leases.find(id);
    if (lease === undefined) return NO_LEASE;
    const remainingMs: Millis | undefined = await leases.remainingMs(id, call);
    if (remainingMs === undefined) return NO_LEASE;
    const keys = asked.keys ? await this.#keysOf(id, context) : [];
    const grantedSeconds = lease.ttlSeconds;
    return { remainingSeconds: Math.floor(remainingMs / 1000), grantedSeconds, keys };
  }

  /** All leases as they are applied here; those that end soonest first, where that is known and they are few. */
  leases(): readonly bigint[] {
    return this.#replica.leases.all();
  }

  counts(): LeaseCounts {
    return this.#replica.leases.counts();
  }

  /** What is applied here is as new as the caller's question: it has waited for that. */
  #keysOf(id: bigint, context: CallContext): Promise<readonly Uint8Array[]> {
    return this.#replica.read(
      () => attachedKeysSteps(id, this.#layout, new AnswerBudget()),
      this.#calls.read(context, false),
    );
  }

  #notFound(): FailedResult {
    const { revision } = this.#replica.status();
    return { kind: "failed", revision, failure: { reason: "lease-not-found" } };
  }
}

/** 63 bits by chance, and not 0: what etcd's clients take for an id. */
function randomLeaseId(random: Random): bigint {
  const high = BigInt(random.uint32() >>> 1);
  return (high << 32n) | BigInt(random.uint32()) || 1n;
}
