import {
  type Cancel,
  type Clock,
  type HoldfastError,
  type MemberId,
  type Millis,
  type Term,
  toByteString,
} from "@holdfast/base";
import type { Refusal } from "@holdfast/raft";
import type { AppliedBatch } from "../applier.ts";
import type { PeerMessage } from "../ports/peer-network.ts";
import { NoLeaderError, OverloadedError, RequestTimedOutError } from "../replica-errors.ts";
import { batchKey, type PendingBatch } from "./pending-batch.ts";

export interface ProposerParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly pendingOperationsMax: number;
  readonly pendingBytesMax: number;
  /** A forwarded batch without an answer is sent again after this, ms. */
  readonly retryMs: Millis;
  /** Between two looks at deadlines, ms. */
  readonly sweepMs: Millis;
  leader(): MemberId | undefined;
  term(): Term;
  /** Applying does not keep up: nothing more is taken until it does (decision 10). */
  isBehind(): boolean;
  /** Gives the core a batch under a token; the outcome comes back by {@link Proposer.refused}. */
  propose(token: number, bytes: Uint8Array): void;
  send(to: MemberId, message: PeerMessage): void;
}

const RETRY_DOUBLINGS_MAX = 4;

/** Where a token's refusal goes: to a batch of this node, or to the peer that forwarded it. */
type Proposed =
  | { readonly kind: "own"; readonly key: string }
  | {
      readonly kind: "forwarded";
      readonly peer: MemberId;
      readonly session: Uint8Array;
      readonly firstSequence: number;
    };

/**
 * Brings batches into the log, wherever the leader is (decision 18).
 *
 * Every batch belongs to a session that the state machine knows, so it may be
 * sent as often as needed: it is applied once. It is answered when it is applied
 * *here*; so a leader's death costs its callers time, not an error.
 */
export class Proposer {
  readonly #parts: ProposerParts;
  readonly #pending = new Map<string, PendingBatch>();
  readonly #tokens = new Map<number, Proposed>();
  #operations = 0;
  #bytes = 0;
  #lastToken = 0;
  #cancelSweep: Cancel | undefined;

  constructor(parts: ProposerParts) {
    this.#parts = parts;
  }

  get pendingOperations(): number {
    return this.#operations;
  }

  get isBehind(): boolean {
    return this.#parts.isBehind();
  }

  get hasLeader(): boolean {
    return this.#parts.leader() !== undefined;
  }

  /** Whether `count` more operations of so many bytes may be taken. */
  hasRoomFor(count: number, bytes: number): boolean {
    const { pendingOperationsMax, pendingBytesMax } = this.#parts;
    return (
      this.#operations + count <= pendingOperationsMax && this.#bytes + bytes <= pendingBytesMax
    );
  }

  /**
   * Takes a batch; the caller has asked {@link hasRoomFor}. One that its client sends
   * again takes the place of the first, of which a copy may be in the log already.
   */
  add(batch: PendingBatch): void {
    const key = batchKey(batch.session, batch.firstSequence);
    const older = this.#pending.get(key);
    if (older !== undefined) {
      this.#remove(key, older);
      batch.timesSent = older.timesSent;
      older.fail(
        new RequestTimedOutError("the same batch was sent again on another stream", "unknown"),
      );
    }
    this.#pending.set(key, batch);
    this.#operations += batch.count;
    this.#bytes += batch.bytes.length;
    this.#send(key, batch);
    this.#startSweeping();
  }

  /** A batch of any session was applied here. */
  applied({ session, firstSequence, results }: AppliedBatch): void {
    const key = batchKey(toByteString(session), firstSequence);
    const batch = this.#pending.get(key);
    if (batch === undefined) return;
    this.#remove(key, batch);
    batch.settle(results);
  }

  /** The core took a batch into the log of this leader; its application will answer. */
  accepted(token: number): void {
    const proposed = this.#tokens.get(token);
    this.#tokens.delete(token);
    if (proposed?.kind !== "own") return;
    const batch = this.#pending.get(proposed.key);
    if (batch !== undefined) batch.acceptedInTerm = this.#parts.term();
  }

  /** A leader that hands over is no leader for this batch: it goes to the next one. */
  refused(token: number, reason: Refusal): void {
    const proposed = this.#tokens.get(token);
    this.#tokens.delete(token);
    if (proposed === undefined) return;
    if (proposed.kind === "own") {
      this.#refusedOwn(proposed.key, reason === "busy");
      return;
    }
    this.#parts.send(proposed.peer, {
      kind: "forward-refused",
      from: this.#parts.self,
      session: proposed.session,
      firstSequence: proposed.firstSequence,
      reason: reason === "busy" ? "overloaded" : "not-leader",
    });
  }

  /** A peer forwards what its callers asked for. */
  forwarded(
    peer: MemberId,
    header: { readonly session: Uint8Array; readonly firstSequence: number },
    bytes: Uint8Array,
  ): void {
    const { session, firstSequence } = header;
    if (this.#parts.isBehind()) {
      const reason = "overloaded";
      const { self, send } = this.#parts;
      send(peer, { kind: "forward-refused", from: self, session, firstSequence, reason });
      return;
    }
    this.#propose({ kind: "forwarded", peer, session, firstSequence }, bytes);
  }

  /** The leader did not take what this node forwarded. */
  forwardRefused(session: Uint8Array, firstSequence: number, overloaded: boolean): void {
    this.#refusedOwn(batchKey(toByteString(session), firstSequence), overloaded);
  }

  /** There is a new leader, or a new connection to it: everything without an answer is sent again. */
  sendAgain(): void {
    for (const [key, batch] of this.#pending) this.#send(key, batch);
  }

  failAll(failure: HoldfastError): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    for (const [key, batch] of this.#pending) {
      this.#remove(key, batch);
      batch.fail(failure);
    }
  }

  #send(key: string, batch: PendingBatch): void {
    const { self, clock, leader, send } = this.#parts;
    const to = leader();
    if (to === undefined) return;
    batch.timesSent++;
    batch.sentAt = clock.now();
    batch.acceptedInTerm = undefined;
    if (to === self) this.#propose({ kind: "own", key }, batch.bytes);
    else send(to, { kind: "forward", from: self, batch: batch.bytes });
  }

  #propose(proposed: Proposed, bytes: Uint8Array): void {
    this.#lastToken++;
    this.#tokens.set(this.#lastToken, proposed);
    this.#parts.propose(this.#lastToken, bytes);
  }

  /** Not in the log by this attempt; only if it was the first is that certain. */
  #refusedOwn(key: string, overloaded: boolean): void {
    const batch = this.#pending.get(key);
    if (batch === undefined || !overloaded || batch.timesSent > 1) return;
    this.#remove(key, batch);
    batch.fail(new OverloadedError("the leader has too much that is not committed yet"));
  }

  #startSweeping(): void {
    if (this.#cancelSweep !== undefined || this.#pending.size === 0) return;
    this.#cancelSweep = this.#parts.clock.timer(this.#parts.sweepMs, () => {
      this.#cancelSweep = undefined;
      this.#sweep();
      this.#startSweeping();
    });
  }

  #sweep(): void {
    const now = this.#parts.clock.now();
    for (const [key, batch] of this.#pending) {
      if (batch.deadline <= now) {
        this.#remove(key, batch);
        batch.fail(this.#timedOut(batch));
      } else if (this.#isDue(batch, now)) {
        this.#send(key, batch);
      }
    }
  }

  /**
   * Whether a batch without an answer should be sent again. Not while it stands in
   * the own log, and ever more rarely elsewhere: what is slow must not be made
   * slower by copies.
   */
  #isDue({ acceptedInTerm, sentAt, timesSent }: PendingBatch, now: Millis): boolean {
    const { leader, self, term, retryMs } = this.#parts;
    if (acceptedInTerm === term() && leader() === self) return false;
    return now - sentAt >= retryMs * 2 ** Math.min(Math.max(timesSent - 1, 0), RETRY_DOUBLINGS_MAX);
  }

  #timedOut(batch: PendingBatch): HoldfastError {
    if (batch.timesSent > 0) {
      return new RequestTimedOutError(
        "it was sent to a leader, but not applied in time",
        "unknown",
      );
    }
    return new NoLeaderError("there was no leader to send it to");
  }

  #remove(key: string, batch: PendingBatch): void {
    this.#pending.delete(key);
    this.#operations -= batch.count;
    this.#bytes -= batch.bytes.length;
  }
}
