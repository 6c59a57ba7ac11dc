import {
  type Cancel,
  type Clock,
  type HoldfastError,
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
  readonly batchOperationsMax: number;
  readonly entryBytesMax: number;
  readonly waitingMax: number;
  readonly sweepMs: Millis;
  hasLeader(): boolean;
}

interface Caller {
  readonly operation: Operation;
  readonly bytes: number;
  readonly call: ReplicaCall;
  readonly abort: () => void;
  resolve(result: OperationResult): void;
  reject(failure: HoldfastError): void;
  /** What it went out in. */
  batch: PendingBatch | undefined;
}

const OPENING_PATIENCE_MS = 60_000;

/**
 * The session in which this node proposes what its own callers ask for, such as
 * etcd's calls: what one turn asks for becomes one batch (decision 3).
 *
 * The session is opened in the log at the first need; if the cluster ends it for
 * idleness, the next need opens another.
 */
export class NodeSession {
  readonly #parts: NodeSessionParts;
  readonly #open = new Set<Caller>();
  #waiting: Caller[] = [];
  #session: Uint8Array;
  #state: "new" | "opening" | "open" = "new";
  #nextSequence = 1;
  /** First sequences of batches without an answer. */
  readonly #inFlight = new Set<number>();
  #scheduled = false;
  #cancelSweep: Cancel | undefined;

  constructor(parts: NodeSessionParts) {
    this.#parts = parts;
    this.#session = randomBytes(parts.random, 16);
  }

  propose(operation: Operation, call: ReplicaCall): Promise<OperationResult> {
    const { entryBytesMax, waitingMax, hasLeader } = this.#parts;
    const bytes = operationBytes(operation);
    if (bytes > entryBytesMax) {
      const message = `the request has ${bytes} bytes; at most ${entryBytesMax} fit into an entry`;
      return Promise.reject(new RequestTooLargeError(message));
    }
    if (this.#open.size >= waitingMax) {
      return Promise.reject(new OverloadedError(`${waitingMax} operations are under way already`));
    }
    if (call.requireLeader === true && !hasLeader()) {
      return Promise.reject(new NoLeaderError("no leader is known"));
    }
    return new Promise((resolve, reject) => {
      const abort = (): void => this.#abort(caller);
      const caller: Caller = { operation, bytes, call, abort, resolve, reject, batch: undefined };
      call.signal?.addEventListener("abort", abort);
      this.#open.add(caller);
      this.#waiting.push(caller);
      this.#schedule();
    });
  }

  failAll(failure: HoldfastError): void {
    this.#cancelSweep?.();
    for (const caller of this.#open) this.#reject(caller, failure);
    this.#waiting = [];
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
    if (this.#waiting.length === 0) return;
    if (this.#state !== "open") {
      this.#openSession();
      return;
    }
    while (this.#waiting.length > 0 && this.#sendBatch());
  }

  /** Whether a batch went out; else the window or the proposer is full and an answer will go on. */
  #sendBatch(): boolean {
    const { proposer } = this.#parts;
    const callers = this.#nextBatch();
    if (callers.length === 0) return this.#waiting.length > 0;
    const firstSequence = this.#nextSequence;
    const ackedBelow = this.#ackedBelow();
    const operations = callers.map(({ operation }) => operation);
    const bytes = encodeBatch({ session: this.#session, firstSequence, ackedBelow, operations });
    const fits =
      firstSequence + callers.length <= ackedBelow + SESSION_WINDOW &&
      proposer.hasRoomFor(callers.length, bytes.length);
    if (!fits) {
      this.#waiting.unshift(...callers);
      return false;
    }
    this.#nextSequence += callers.length;
    this.#inFlight.add(firstSequence);
    const done = (): void => {
      this.#inFlight.delete(firstSequence);
      if (this.#waiting.length > 0) this.#schedule();
    };
    const batch: PendingBatch = {
      session: toByteString(this.#session),
      firstSequence,
      count: callers.length,
      bytes,
      deadline: Math.max(...callers.map(({ call }) => call.deadline)),
      timesSent: 0,
      sentAt: this.#parts.clock.now(),
      settle: (results) => {
        done();
        this.#answer(callers, results);
      },
      fail: (failure) => {
        done();
        for (const caller of callers) this.#reject(caller, failure);
      },
    };
    for (const caller of callers) caller.batch = batch;
    proposer.add(batch);
    return true;
  }

  /** Takes from the queue what fits into one entry; callers that gave up are dropped. */
  #nextBatch(): readonly Caller[] {
    const { batchOperationsMax, entryBytesMax } = this.#parts;
    const taken: Caller[] = [];
    let bytes = 0;
    let at = 0;
    for (; at < this.#waiting.length && taken.length < batchOperationsMax; at++) {
      const caller = this.#waiting[at];
      if (caller === undefined || !this.#open.has(caller)) continue;
      bytes += caller.bytes;
      if (taken.length > 0 && bytes > entryBytesMax) break;
      taken.push(caller);
    }
    this.#waiting = this.#waiting.slice(at);
    return taken;
  }

  #ackedBelow(): number {
    let least = this.#nextSequence;
    for (const first of this.#inFlight) least = Math.min(least, first);
    return least;
  }

  #openSession(): void {
    if (this.#state === "opening") return;
    this.#state = "opening";
    const { proposer, clock } = this.#parts;
    const operations: readonly Operation[] = [{ kind: "session-open" }];
    const session = this.#session;
    proposer.add({
      session: toByteString(session),
      firstSequence: 0,
      count: 1,
      bytes: encodeBatch({ session, firstSequence: 0, ackedBelow: 0, operations }),
      deadline: clock.now() + OPENING_PATIENCE_MS,
      timesSent: 0,
      sentAt: clock.now(),
      settle: ([result]) => {
        this.#state = result?.kind === "failed" ? "new" : "open";
        if (result?.kind === "failed") {
          this.failAll(new OverloadedError("the cluster has no room for another session"));
        }
        this.#schedule();
      },
      fail: () => {
        this.#state = "new";
        this.#schedule();
      },
    });
  }

  #answer(callers: readonly Caller[], results: readonly OperationResult[]): void {
    for (const [at, caller] of callers.entries()) {
      const result = results[at];
      if (result === undefined) continue;
      if (result.kind === "failed" && result.failure.reason === "session-expired") {
        this.#expired(caller);
        continue;
      }
      if (this.#release(caller)) caller.resolve(result);
    }
  }

  /**
   * The cluster ended the session. What an ended session answers was not applied,
   * but an earlier copy may have been, so the callers learn that nobody knows.
   */
  #expired(caller: Caller): void {
    if (this.#state === "open") {
      this.#state = "new";
      this.#session = randomBytes(this.#parts.random, 16);
      this.#nextSequence = 1;
      this.#inFlight.clear();
    }
    this.#reject(caller, new RequestTimedOutError("the node's session had ended", "unknown"));
  }

  #startSweeping(): void {
    if (this.#cancelSweep !== undefined || this.#open.size === 0) return;
    this.#cancelSweep = this.#parts.clock.timer(this.#parts.sweepMs, () => {
      this.#cancelSweep = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const now = this.#parts.clock.now();
    for (const caller of this.#open) {
      if (caller.call.deadline <= now)
        this.#reject(caller, timedOut(caller, this.#parts.hasLeader()));
    }
    this.#schedule();
  }

  #abort(caller: Caller): void {
    const outcome = wasSent(caller) ? "unknown" : "not-applied";
    this.#reject(caller, new CallAbortedError("the caller gave the request up", outcome));
  }

  #reject(caller: Caller, failure: HoldfastError): void {
    if (this.#release(caller)) caller.reject(failure);
  }

  #release(caller: Caller): boolean {
    caller.call.signal?.removeEventListener("abort", caller.abort);
    return this.#open.delete(caller);
  }
}

function wasSent({ batch }: Caller): boolean {
  return batch !== undefined && batch.timesSent > 0;
}

function timedOut(caller: Caller, hasLeader: boolean): HoldfastError {
  if (!wasSent(caller)) {
    const why = hasLeader ? "too much was waiting before it" : "there is no leader";
    return new RequestTimedOutError(`the request was not sent: ${why}`, "not-applied");
  }
  return new RequestTimedOutError("the request was not applied in time", "unknown");
}
