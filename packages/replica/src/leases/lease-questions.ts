import type { Cancel, Clock, HoldfastError, MemberId, Millis, Turn } from "@holdfast/base";
import { LEASE_IDS_MAX } from "@holdfast/state-machine";
import type { ReplicaCall } from "../replica-api.ts";
import { NoLeaderError, OverloadedError, RequestTimedOutError } from "../replica-errors.ts";
import type { LeaseMessage } from "./lease-message.ts";

export interface LeaseQuestionsParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly turn: Turn;
  /** How long a peer may take to answer, ms, before it is asked again. */
  readonly answerMs: Millis;
  leader(): MemberId | undefined;
  /** What this member says, if it leads; see {@link import("./lease-keeper.ts").LeaseKeeper.remainingMs}. */
  remainingMs(id: bigint): Millis | undefined;
  /** Whether the lease is there by what is applied here. */
  isKnown(id: bigint): boolean;
  send(to: MemberId, message: LeaseMessage): void;
}

/** Callers of one node that wait for what the leader says of a lease. */
export const LEASE_QUESTIONS_MAX = 4096;
/** Before the leader, or another one, is asked again, ms. */
const RETRY_MS = 100;

interface Caller {
  readonly id: bigint;
  /** `undefined`: it was not said. */
  settle(remainingMs: Millis | undefined): void;
}

interface Asked {
  readonly to: MemberId;
  readonly callers: readonly Caller[];
  readonly cancel: Cancel;
}

/**
 * Asks the leader how much of their time leases have left: it alone knows. All questions of
 * one turn are one message. Nothing is changed by it, so what is lost is asked again.
 */
export class LeaseQuestions {
  readonly #parts: LeaseQuestionsParts;
  readonly #asked = new Map<number, Asked>();
  #fresh: Caller[] = [];
  #waiting = 0;
  #lastId = 0;
  #failure: HoldfastError | undefined;

  constructor(parts: LeaseQuestionsParts) {
    this.#parts = parts;
  }

  /** Resolves with what is left of the lease, ms; `undefined` if it is not there. */
  async remainingMs(id: bigint, call: ReplicaCall): Promise<Millis | undefined> {
    if (this.#waiting >= LEASE_QUESTIONS_MAX) {
      throw new OverloadedError(`${LEASE_QUESTIONS_MAX} questions of leases are waiting already`);
    }
    this.#waiting++;
    try {
      return await this.#untilSaid(id, call);
    } finally {
      this.#waiting--;
    }
  }

  received(message: LeaseMessage): void {
    if (message.kind === "lease-answer") {
      const asked = this.#asked.get(message.id);
      if (asked?.to === message.from) this.#settle(message.id, asked, message.remainingMs);
      return;
    }
    const { self, remainingMs, send } = this.#parts;
    const { from, id, leases } = message;
    const said = leases.map((lease) => remainingMs(lease));
    const known = said.every((one) => one !== undefined) ? said.map(Math.floor) : undefined;
    send(from, { kind: "lease-answer", from: self, id, remainingMs: known });
  }

  /** The leader that was asked is out of reach. */
  disconnected(peer: MemberId): void {
    for (const [id, asked] of this.#asked) {
      if (asked.to === peer) this.#settle(id, asked, undefined);
    }
  }

  failAll(failure: HoldfastError): void {
    this.#failure = failure;
    for (const [id, asked] of this.#asked) this.#settle(id, asked, undefined);
    for (const { settle } of this.#fresh.splice(0)) settle(undefined);
  }

  async #untilSaid(id: bigint, call: ReplicaCall): Promise<Millis | undefined> {
    const { clock, leader } = this.#parts;
    for (;;) {
      if (call.requireLeader === true && leader() === undefined) {
        throw new NoLeaderError("no leader is known");
      }
      const said = await this.#ask(id);
      if (said !== undefined && said >= 0) return said;
      // A leader may be behind this member with applying, and not know yet what is known here; or it is ahead, and it ended.
      if (said !== undefined && !this.#parts.isKnown(id)) return undefined;
      if (this.#failure !== undefined) throw this.#failure;
      if (clock.now() + RETRY_MS >= call.deadline) {
        throw new RequestTimedOutError("no leader said in time how long it lives", "not-applied");
      }
      await new Promise<void>((resume) => void clock.timer(RETRY_MS, resume));
    }
  }

  #ask(id: bigint): Promise<Millis | undefined> {
    const { self, turn, leader, remainingMs } = this.#parts;
    const to = leader();
    if (to === undefined || to === self) return Promise.resolve(remainingMs(id));
    return new Promise((settle) => {
      if (this.#fresh.length === 0) turn.soon(() => this.#flush());
      this.#fresh.push({ id, settle });
    });
  }

  #flush(): void {
    const { self, clock, answerMs, leader, send } = this.#parts;
    const to = leader();
    const fresh = this.#fresh.splice(0);
    for (let at = 0; at < fresh.length; at += LEASE_IDS_MAX) {
      const callers = fresh.slice(at, at + LEASE_IDS_MAX);
      if (to === undefined || to === self) {
        for (const { settle } of callers) settle(undefined);
        continue;
      }
      this.#lastId++;
      const id = this.#lastId;
      const cancel = clock.timer(answerMs, () => {
        const asked = this.#asked.get(id);
        if (asked !== undefined) this.#settle(id, asked, undefined);
      });
      this.#asked.set(id, { to, callers, cancel });
      send(to, { kind: "lease-ask", from: self, id, leases: callers.map((one) => one.id) });
    }
  }

  #settle(id: number, { callers, cancel }: Asked, said: readonly Millis[] | undefined): void {
    this.#asked.delete(id);
    cancel();
    for (const [place, { settle }] of callers.entries()) settle(said?.[place]);
  }
}
