import type { Cancel, Clock, Logger, Millis, Term, Turn } from "@holdfast/base";
import { messageOf } from "@holdfast/base";
import type {
  Lease,
  LeaseCheckpointOperation,
  LeaseObserver,
  LeaseRevokeOperation,
  OperationResult,
  StateMachine,
} from "@holdfast/state-machine";
import { AttendedTime } from "./attended-time.ts";
import { DeadlineQueue } from "./deadline-queue.ts";

export interface LeaseKeeperParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  /** What a new leader adds to what is left of a lease, ms: so long may nobody have been there to renew it. */
  readonly electionTimeoutMs: Millis;
  /** The term that this member leads; `undefined` if it does not. */
  leads(): Term | undefined;
  /** What entries are applied to. */
  machine(): StateMachine;
  propose(
    operation: LeaseRevokeOperation | LeaseCheckpointOperation,
    deadline: Millis,
  ): Promise<OperationResult>;
}

/** Between two looks at what is due, ms. */
const LOOK_MS = 100;
/** Leases ended in one look: 1,000 in a second, as in etcd. */
const EXPIRIES_PER_LOOK = 100;
/** Leases on their way to their end at a time: beyond, what is due waits until some are applied. */
export const EXPIRIES_UNDER_WAY_MAX = 1000;
/** A lease that could not be ended is tried again after this, ms. */
const RETRY_MS = 500;
const PROPOSAL_MS = 5_000;
/** What is left of a lease that lives longer than this is told to all replicas so often, ms. */
export const CHECKPOINT_MS = 60_000;
/** Leases of one checkpoint. */
const CHECKPOINT_LEASES_MAX = 1000;
/** Between two warnings, ms. */
const WARN_MS = 10_000;
/** Leases that a new leader takes over between two turns of the event loop. */
const TAKEN_OVER_PER_TURN = 500;

/** Alarms make no difference between leases. */
const ANY_END: LeaseRevokeOperation = { kind: "lease-revoke", id: 0n, expiry: undefined };

/**
 * Ends leases whose time is over, if this member leads (decision 22).
 *
 * States: idle → (it leads, and an entry of its own term is applied, so that it has seen all that was
 * renewed before) → taking over → keeping → idle. A lease that was taken over has what was left of
 * it, and an election timeout; one that is granted or renewed has all of its time, from when that is
 * applied here. Only a proposal says that time is over: applied, it counts if nothing came before it.
 */
export class LeaseKeeper implements LeaseObserver {
  readonly #parts: LeaseKeeperParts;
  #time: AttendedTime;
  readonly #deadlines = new DeadlineQueue();
  readonly #checkpoints = new DeadlineQueue();
  /** The term that it keeps leases in. */
  #term: Term | undefined;
  #takingOver = false;
  #observed: StateMachine | undefined;
  #underWay = 0;
  #expired = 0;
  #warnedAt: Millis = Number.NEGATIVE_INFINITY;
  /** Ends its looks; `undefined`: it does not look. */
  #cancel: Cancel | undefined;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
    this.#time = new AttendedTime(parts.clock);
  }

  /** Leases that it ended. */
  get expired(): number {
    return this.#expired;
  }

  /** When leases end, on a time of its own; empty where it keeps none. */
  get deadlines(): Pick<DeadlineQueue, "at" | "size"> {
    return this.#deadlines;
  }

  /** This member leads from now on: nobody else needs to look at what is due. */
  start(): void {
    if (this.#cancel !== undefined) return;
    this.#time = new AttendedTime(this.#parts.clock);
    this.#lookSoon();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#drop();
  }

  #lookSoon(): void {
    this.#cancel = this.#parts.clock.timer(LOOK_MS, () => {
      this.#lookSoon();
      this.#look();
    });
  }

  /** What is left of a lease, ms: -1 if it is not there; `undefined` if it is not for this member to say. */
  remainingMs(id: bigint): Millis | undefined {
    const { leads, machine } = this.#parts;
    if (this.#term === undefined || this.#takingOver || leads() !== this.#term) return undefined;
    const at = this.#deadlines.at(id);
    if (at !== undefined) return Math.max(0, at - this.#time.now());
    // One that is about to end stands in no queue.
    return machine().leases.find(id) === undefined ? -1 : 0;
  }

  begun({ id, ttlSeconds }: Lease): void {
    const now = this.#time.now();
    this.#deadlines.set(id, now + ttlSeconds * 1000);
    if (isLong(ttlSeconds)) this.#checkpoints.set(id, now + CHECKPOINT_MS);
  }

  checkpointed({ id }: Lease): void {
    this.#checkpoints.set(id, this.#time.now() + CHECKPOINT_MS);
  }

  ended(id: bigint): void {
    this.#deadlines.delete(id);
    this.#checkpoints.delete(id);
  }

  #look(): void {
    const now = this.#time.now();
    const term = this.#ripeTerm();
    if (term !== this.#term) {
      this.#drop();
      if (term !== undefined) this.#takeOver(term, now).catch((failure) => this.#warn(failure));
    }
    if (this.#term === undefined || this.#takingOver) return;
    this.#expire(this.#term, now);
    this.#checkpoint(now);
  }

  /** The term that it leads, once an entry of it is applied here. */
  #ripeTerm(): Term | undefined {
    const term = this.#parts.leads();
    return this.#parts.machine().applied.term === term ? term : undefined;
  }

  async #takeOver(term: Term, now: Millis): Promise<void> {
    const { machine, turn, electionTimeoutMs } = this.#parts;
    const { leases } = machine();
    this.#term = term;
    this.#takingOver = true;
    this.#observed = machine();
    leases.observe(this);
    for (const [at, lease] of [...leases.all()].entries()) {
      if (at % TAKEN_OVER_PER_TURN === TAKEN_OVER_PER_TURN - 1) {
        await turn.next();
        if (this.#term !== term) return;
      }
      const { id, ttlSeconds, remainingSeconds } = lease;
      // It may have been renewed meanwhile, or have ended.
      if (this.#deadlines.has(id) || leases.find(id) !== lease) continue;
      this.#deadlines.set(id, now + remainingSeconds * 1000 + electionTimeoutMs);
      if (isLong(ttlSeconds)) this.#checkpoints.set(id, now + CHECKPOINT_MS);
    }
    this.#takingOver = false;
  }

  /** It leads no longer, or in another term: what it knew of time is of no use. */
  #drop(): void {
    this.#observed?.leases.observe(undefined);
    this.#observed = undefined;
    this.#term = undefined;
    this.#takingOver = false;
    this.#deadlines.clear();
    this.#checkpoints.clear();
  }

  /** Under an alarm that refuses the end of a lease, what is due stays due. */
  #expire(term: Term, now: Millis): void {
    if (this.#parts.machine().alarms.refusal(ANY_END) !== undefined) return;
    for (let ended = 0; ended < EXPIRIES_PER_LOOK; ended++) {
      if (this.#underWay >= EXPIRIES_UNDER_WAY_MAX) return;
      const id = this.#deadlines.takeDue(now);
      if (id === undefined) return;
      this.#end(id, term).catch((failure) => this.#warn(failure));
    }
  }

  async #end(id: bigint, term: Term): Promise<void> {
    const { clock, machine, propose } = this.#parts;
    const lease = machine().leases.find(id);
    if (lease === undefined) return;
    const expiry = { renewedAt: lease.renewedAt, term };
    this.#underWay++;
    try {
      const operation = { kind: "lease-revoke", id, expiry } as const;
      const result = await propose(operation, clock.now() + PROPOSAL_MS);
      if (result.kind === "lease-revoke") this.#expired++;
    } finally {
      this.#underWay--;
      this.#tryAgain(id, term);
    }
  }

  /** Renewed, it has its time; ended, it is gone; else its end was lost on its way. */
  #tryAgain(id: bigint, term: Term): void {
    if (this.#term !== term || this.#deadlines.has(id)) return;
    if (this.#parts.machine().leases.find(id) === undefined) return;
    this.#deadlines.set(id, this.#time.now() + RETRY_MS);
  }

  #checkpoint(now: Millis): void {
    const { clock, machine, propose } = this.#parts;
    const leases: LeaseCheckpointOperation["leases"][number][] = [];
    while (leases.length < CHECKPOINT_LEASES_MAX) {
      const id = this.#checkpoints.takeDue(now);
      if (id === undefined) break;
      const lease = machine().leases.find(id);
      const at = this.#deadlines.at(id);
      if (lease === undefined || at === undefined) continue;
      // Told again should this one be lost; applied, it counts from then.
      this.#checkpoints.set(id, now + CHECKPOINT_MS);
      const remainingSeconds = Math.ceil(Math.max(0, at - now) / 1000);
      leases.push({ id, renewedAt: lease.renewedAt, remainingSeconds });
    }
    if (leases.length === 0) return;
    propose({ kind: "lease-checkpoint", leases }, clock.now() + PROPOSAL_MS).catch((failure) =>
      this.#warn(failure),
    );
  }

  /** Not of each: where one does not go through, a thousand others may not. */
  #warn(failure: unknown): void {
    const now = this.#parts.clock.now();
    if (this.#term === undefined || now - this.#warnedAt < WARN_MS) return;
    this.#warnedAt = now;
    const why = messageOf(failure);
    this.#parts.logger.warn({ why }, "leases were not ended or checkpointed; it is tried again");
  }
}

function isLong(ttlSeconds: number): boolean {
  return ttlSeconds * 1000 > CHECKPOINT_MS;
}
