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
import type { ForwardRefusal, PeerMessage } from "../ports/peer-network.ts";
import {
  NoLeaderError,
  NoSpaceError,
  OverloadedError,
  RequestTimedOutError,
} from "../replica-errors.ts";
import type { Intake } from "../space/space-watch.ts";
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
  /** Whether this member, if it leads, has room for more (decision 14). */
  intake(): Intake;
  /** Why it has not, for those who asked here. */
  shortage(): string | undefined;
  /** Gives the core a batch under a token; the outcome comes back by {@link Proposer.refused}. */
  propose(token: number, bytes: Uint8Array): void;
  send(to: MemberId, message: PeerMessage): void;
}

const RETRY_DOUBLINGS_MAX = 4;
const TOO_MUCH = "the leader has too much that is not committed yet";
const NO_ROOM =
  "the disks of the leader and of all who could lead instead are nearly full: free disk space there";

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

  /** This member leads, its disk is nearly full, and so is everybody's: nothing is taken. */
  get noSpace(): NoSpaceError | undefined {
    const { intake, shortage } = this.#parts;
    if (intake() !== "refused") return undefined;
    return new NoSpaceError(shortage() ?? "the disk is nearly full");
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
      batch.timesRefused = older.timesRefused;
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
    const told = reason === "busy" ? "overloaded" : "not-leader";
    if (proposed.kind === "own") this.#refusedOwn(proposed.key, told);
    else this.#refuse(proposed.peer, proposed, told);
  }

  /** A peer forwards what its callers asked for. */
  forwarded(
    peer: MemberId,
    header: { readonly session: Uint8Array; readonly firstSequence: number },
    bytes: Uint8Array,
  ): void {
    const { session, firstSequence } = header;
    const intake = this.#parts.intake();
    if (intake !== "open") {
      this.#refuse(peer, header, intake === "refused" ? "no-space" : "not-leader");
    } else if (this.#parts.isBehind()) this.#refuse(peer, header, "overloaded");
    else this.#propose({ kind: "forwarded", peer, session, firstSequence }, bytes);
  }

  /** The leader did not take what this node forwarded. */
  forwardRefused(session: Uint8Array, firstSequence: number, reason: ForwardRefusal): void {
    this.#refusedOwn(batchKey(toByteString(session), firstSequence), reason);
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
    batch.sentAt = clock.now();
    batch.acceptedInTerm = undefined;
    const intake = to === self ? this.#parts.intake() : "open";
    if (intake === "refused") this.#failIfCertain(key, batch, this.noSpace);
    if (intake !== "open") return;
    batch.timesSent++;
    if (to === self) this.#propose({ kind: "own", key }, batch.bytes);
    else send(to, { kind: "forward", from: self, batch: batch.bytes });
  }

  #propose(proposed: Proposed, bytes: Uint8Array): void {
    this.#lastToken++;
    this.#tokens.set(this.#lastToken, proposed);
    this.#parts.propose(this.#lastToken, bytes);
  }

  #refuse(
    peer: MemberId,
    { session, firstSequence }: { readonly session: Uint8Array; readonly firstSequence: number },
    reason: ForwardRefusal,
  ): void {
    const { self, send } = this.#parts;
    send(peer, { kind: "forward-refused", from: self, session, firstSequence, reason });
  }

  /** Not in the log by this attempt. */
  #refusedOwn(key: string, reason: ForwardRefusal): void {
    const batch = this.#pending.get(key);
    if (batch === undefined) return;
    batch.timesRefused++;
    switch (reason) {
      case "not-leader":
        return;
      case "overloaded":
        return this.#failIfCertain(key, batch, new OverloadedError(TOO_MUCH));
      case "no-space":
        return this.#failIfCertain(key, batch, new NoSpaceError(NO_ROOM));
    }
  }

  /** Only if every attempt was refused is it certain that none stands in a log. */
  #failIfCertain(key: string, batch: PendingBatch, failure: HoldfastError | undefined): void {
    if (failure === undefined || batch.timesRefused < batch.timesSent) return;
    this.#remove(key, batch);
    batch.fail(failure);
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
