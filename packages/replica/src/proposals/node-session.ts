import {
  type ByteString,
  type Cancel,
  type Clock,
  type HoldfastError,
  type LogIndex,
  type Millis,
  type Random,
  randomBytes,
  type Turn,
  toByteString,
} from "@holdfast/base";
import {
  encodeBatch,
  type Operation,
  type OperationResult,
  operationBytes,
  SESSION_WINDOW,
} from "@holdfast/state-machine";
import type { ReplicaCall } from "../replica-api.ts";
import {
  CallAbortedError,
  NoLeaderError,
  NoSpaceError,
  OverloadedError,
  RequestTimedOutError,
  RequestTooLargeError,
} from "../replica-errors.ts";
import type { PendingBatch } from "./pending-batch.ts";
import type { Proposer } from "./proposer.ts";

export interface NodeSessionParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: Random;
  readonly proposer: Proposer;
  /** Up to where the log is applied here. */
  readonly applied: () => LogIndex;
  readonly batchOperationsMax: number;
  readonly entryBytesMax: number;
  readonly operationsMax: number;
  readonly bytesMax: number;
  /** Between two looks at deadlines, ms. */
  readonly sweepMs: Millis;
}

interface Caller {
  readonly operation: Operation;
  readonly bytes: number;
  readonly call: ReplicaCall;
  readonly abort: () => void;
  resolve(result: OperationResult): void;
  reject(failure: HoldfastError): void;
  /** What it went out in; what is in a batch may be applied. */
  batch: PendingBatch | undefined;
}

/** One session of this node, from its first need to its end. */
interface Session {
  readonly id: Uint8Array;
  readonly key: ByteString;
  state: "new" | "opening" | "open";
  nextSequence: number;
  /** First sequences of batches without an answer. */
  readonly inFlight: Set<number>;
}

/** The opening takes the session's first sequence. A client's is 1: the cluster keeps room for sessions of nodes. */
const OPENING_SEQUENCE = 0;
const OPENING_PATIENCE_MS = 60_000;

/**
 * The session in which this node proposes what its own callers ask for, such as
 * etcd's calls: what one turn asks for becomes one batch (decision 3).
 *
 * It is opened in the log at the first need; if the cluster ends it for idleness,
 * the next need opens another. While no leader is known nothing is put into a
 * batch, so that a caller whose time runs out learns for certain that nothing
 * happened.
 */
export class NodeSession {
  readonly #parts: NodeSessionParts;
  readonly #open = new Set<Caller>();
  #openBytes = 0;
  /** Who is in no batch yet, in order; only who is still open, so that what is given up is not kept. */
  #waiting = new Set<Caller>();
  #session: Session;
  #scheduled = false;
  #cancelSweep: Cancel | undefined;

  constructor(parts: NodeSessionParts) {
    this.#parts = parts;
    this.#session = freshSession(parts.random);
  }

  propose(operation: Operation, call: ReplicaCall): Promise<OperationResult> {
    const bytes = operationBytes(operation);
    const refusal = this.#refusal(bytes, call);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const abort = (): void => this.#abort(caller);
      const caller: Caller = { operation, bytes, call, abort, resolve, reject, batch: undefined };
      call.signal?.addEventListener("abort", abort);
      this.#open.add(caller);
      this.#openBytes += bytes;
      this.#waiting.add(caller);
      this.#schedule();
    });
  }

  /** What waited for a leader goes out. */
  leaderKnown(): void {
    if (this.#waiting.size > 0) this.#schedule();
  }

  failAll(failure: HoldfastError): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    for (const caller of this.#open) this.#reject(caller, failure);
  }

  #refusal(bytes: number, call: ReplicaCall): HoldfastError | undefined {
    const { entryBytesMax, operationsMax, bytesMax, proposer } = this.#parts;
    if (call.signal?.aborted === true) {
      return new CallAbortedError("the caller had given the request up", "not-applied");
    }
    if (bytes > entryBytesMax) {
      return new RequestTooLargeError(
        `the request has ${bytes} bytes; at most ${entryBytesMax} fit into an entry`,
      );
    }
    if (this.#open.size >= operationsMax) {
      return new OverloadedError(`${operationsMax} operations are under way already`);
    }
    if (this.#openBytes + bytes > bytesMax) {
      return new OverloadedError(`operations of ${bytesMax} bytes are under way already`);
    }
    if (proposer.isBehind) return new OverloadedError("this node is behind with applying");
    if (call.requireLeader === true && !proposer.hasLeader) {
      return new NoLeaderError("no leader is known");
    }
    return proposer.noSpace;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.turn.soon(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#startSweeping();
    if (this.#waiting.size === 0 || !this.#parts.proposer.hasLeader) return;
    if (this.#session.state === "new") this.#openSession(this.#session);
    if (this.#session.state !== "open") return;
    while (this.#waiting.size > 0 && this.#sendBatch(this.#session));
  }

  /** Whether more may be sent; else the window or the proposer is full and an answer will go on. */
  #sendBatch(session: Session): boolean {
    const callers = this.#nextCallers();
    const { proposer, clock } = this.#parts;
    const { nextSequence: firstSequence } = session;
    const ackedBelow = leastInFlight(session);
    const operations = callers.map(({ operation }) => operation);
    const bytes = encodeBatch({ session: session.id, firstSequence, ackedBelow, operations });
    const fits =
      firstSequence + callers.length <= ackedBelow + SESSION_WINDOW &&
      proposer.hasRoomFor(callers.length, bytes.length);
    if (!fits) return false;
    session.nextSequence += callers.length;
    session.inFlight.add(firstSequence);
    const batch: PendingBatch = {
      session: session.key,
      firstSequence,
      count: callers.length,
      bytes,
      deadline: Math.max(...callers.map(({ call }) => call.deadline)),
      timesSent: 0,
      timesRefused: 0,
      sentAt: clock.now(),
      acceptedInTerm: undefined,
      settle: (results) => {
        this.#done(session, firstSequence);
        this.#answer(session, batch, callers, results);
      },
      fail: (failure) => {
        this.#done(session, firstSequence);
        for (const caller of callers) this.#reject(caller, failure);
      },
    };
    for (const caller of callers) {
      caller.batch = batch;
      this.#waiting.delete(caller);
    }
    proposer.add(batch);
    return true;
  }

  /** Those that have waited longest, as many as fit into one entry. */
  #nextCallers(): readonly Caller[] {
    const { batchOperationsMax, entryBytesMax } = this.#parts;
    const next: Caller[] = [];
    let bytes = 0;
    for (const caller of this.#waiting) {
      if (next.length === batchOperationsMax) break;
      if (next.length > 0 && bytes + caller.bytes > entryBytesMax) break;
      bytes += caller.bytes;
      next.push(caller);
    }
    return next;
  }

  #openSession(session: Session): void {
    session.state = "opening";
    session.nextSequence = OPENING_SEQUENCE + 1;
    const { proposer, clock } = this.#parts;
    const behind = this.#parts.applied();
    const operations: readonly Operation[] = [{ kind: "session-open", behind }];
    const opening = { firstSequence: OPENING_SEQUENCE, ackedBelow: OPENING_SEQUENCE };
    proposer.add({
      session: session.key,
      firstSequence: OPENING_SEQUENCE,
      count: 1,
      bytes: encodeBatch({ session: session.id, ...opening, operations }),
      deadline: clock.now() + OPENING_PATIENCE_MS,
      timesSent: 0,
      timesRefused: 0,
      sentAt: clock.now(),
      acceptedInTerm: undefined,
      settle: ([result]) => {
        const full = "the cluster has no room for another session";
        // This node was far behind with applying, and is no longer: it has applied this.
        const isLate = result?.kind === "failed" && result.failure.reason === "session-expired";
        if (isLate) this.#replace(session);
        else if (result?.kind === "failed") this.#notOpened(session, new OverloadedError(full));
        else session.state = "open";
        this.#schedule();
      },
      fail: (failure) => {
        // Another attempt would be refused at once, and so on.
        if (failure instanceof NoSpaceError) return this.#notOpened(session, failure);
        // So would it be by a leader that has too much: the next look at deadlines makes one.
        this.#replace(session);
      },
    });
  }

  #notOpened(session: Session, failure: HoldfastError): void {
    this.#replace(session);
    for (const caller of this.#waiting) this.#reject(caller, failure);
  }

  #done(session: Session, firstSequence: number): void {
    session.inFlight.delete(firstSequence);
    if (this.#waiting.size > 0) this.#schedule();
  }

  #answer(
    session: Session,
    batch: PendingBatch,
    callers: readonly Caller[],
    results: readonly OperationResult[],
  ): void {
    const expired = results.some(
      (result) => result.kind === "failed" && result.failure.reason === "session-expired",
    );
    if (expired) {
      this.#expired(session, batch, callers);
      return;
    }
    for (const [at, caller] of callers.entries()) {
      const result = results[at] ?? results[0];
      if (result !== undefined && this.#release(caller)) caller.resolve(result);
    }
  }

  /**
   * The cluster ended the session for idleness. A batch that was sent once only was
   * certainly not applied and goes again in the next session; of others an earlier
   * copy may have been, so their callers learn that nobody knows.
   */
  #expired(session: Session, batch: PendingBatch, callers: readonly Caller[]): void {
    this.#replace(session);
    if (batch.timesSent <= 1) {
      const again = callers.filter((caller) => this.#open.has(caller));
      for (const caller of again) caller.batch = undefined;
      this.#waiting = new Set([...again, ...this.#waiting]);
      this.#schedule();
      return;
    }
    const failure = new RequestTimedOutError("the node's session had ended", "unknown");
    for (const caller of callers) this.#reject(caller, failure);
  }

  /** Another session for what comes, unless that has happened already. */
  #replace(session: Session): void {
    if (this.#session === session) this.#session = freshSession(this.#parts.random);
  }

  #startSweeping(): void {
    if (this.#cancelSweep !== undefined || this.#open.size === 0) return;
    this.#cancelSweep = this.#parts.clock.timer(this.#parts.sweepMs, () => {
      this.#cancelSweep = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const { clock, proposer } = this.#parts;
    const now = clock.now();
    for (const caller of this.#open) {
      if (caller.call.deadline <= now) this.#reject(caller, timedOut(caller, proposer.hasLeader));
    }
    this.#schedule();
  }

  #abort(caller: Caller): void {
    const outcome = caller.batch === undefined ? "not-applied" : "unknown";
    this.#reject(caller, new CallAbortedError("the caller gave the request up", outcome));
  }

  #reject(caller: Caller, failure: HoldfastError): void {
    if (this.#release(caller)) caller.reject(failure);
  }

  #release(caller: Caller): boolean {
    if (!this.#open.delete(caller)) return false;
    this.#waiting.delete(caller);
    this.#openBytes -= caller.bytes;
    caller.call.signal?.removeEventListener("abort", caller.abort);
    return true;
  }
}

function freshSession(random: Random): Session {
  const id = randomBytes(random, 16);
  const key = toByteString(id);
  return { id, key, state: "new", nextSequence: OPENING_SEQUENCE, inFlight: new Set() };
}

function leastInFlight({ nextSequence, inFlight }: Session): number {
  let least = nextSequence;
  for (const first of inFlight) least = Math.min(least, first);
  return least;
}

function timedOut({ batch }: Caller, hasLeader: boolean): HoldfastError {
  if (batch === undefined) {
    const why = hasLeader ? "too much was waiting before it" : "there is no leader";
    return new RequestTimedOutError(`the request was not sent: ${why}`, "not-applied");
  }
  return new RequestTimedOutError("the request was not applied in time", "unknown");
}
