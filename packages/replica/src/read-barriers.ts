import type { Cancel, Clock, HoldfastError, LogIndex, Turn } from "@holdfast/base";
import { IndexWaiters } from "./index-waiters.ts";
import type { ReplicaCall } from "./replica-api.ts";
import {
  CallAbortedError,
  NoLeaderError,
  OverloadedError,
  RequestTimedOutError,
} from "./replica-errors.ts";

export interface ReadBarriersParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly pendingMax: number;
  /** Between two looks at deadlines, and before a failed question is asked again, ms. */
  readonly sweepMs: number;
  /** Asks the core for a read index under a token. */
  ask(token: number): void;
  hasLeader(): boolean;
  applied(): LogIndex;
}

interface Reader {
  readonly call: ReplicaCall;
  readonly abort: () => void;
  resolve(): void;
  reject(failure: unknown): void;
}

/**
 * Linearizable reads that wait: for a read index, which all reads of one turn
 * share, then for that index to be applied here (decision 19). A question that
 * fails because leaders change is asked again until each reader's deadline.
 */
export class ReadBarriers {
  readonly #parts: ReadBarriersParts;
  readonly #applied = new IndexWaiters();
  readonly #asked = new Map<number, Reader[]>();
  /** Everybody who has no answer yet. */
  readonly #open = new Set<Reader>();
  #fresh: Reader[] = [];
  #lastToken = 0;
  #scheduled = false;
  #cancelSweep: Cancel | undefined;

  constructor(parts: ReadBarriersParts) {
    this.#parts = parts;
  }

  wait(call: ReplicaCall): Promise<void> {
    const { pendingMax, hasLeader } = this.#parts;
    if (Math.max(this.#open.size, this.#applied.count) >= pendingMax) {
      return Promise.reject(new OverloadedError(`${pendingMax} reads are waiting already`));
    }
    if (call.signal?.aborted === true) {
      return Promise.reject(new CallAbortedError("the caller had given it up", "not-applied"));
    }
    if (call.requireLeader === true && !hasLeader()) {
      return Promise.reject(new NoLeaderError("no leader is known"));
    }
    return new Promise((resolve, reject) => {
      const reader: Reader = { call, abort: () => this.#abort(reader), resolve, reject };
      call.signal?.addEventListener("abort", reader.abort);
      this.#open.add(reader);
      this.#fresh.push(reader);
      this.#schedule();
    });
  }

  ready(token: number, index: LogIndex): void {
    const readers = this.#take(token);
    const resume = (): void => {
      for (const reader of readers) this.#settle(reader, undefined);
    };
    if (this.#parts.applied() >= index) resume();
    else this.#applied.wait(index, resume);
  }

  /** The core could not say; the readers wait for a leader, or for a little time. */
  failed(token: number): void {
    this.#fresh.push(...this.#take(token));
    this.#startSweeping();
  }

  appliedTo(index: LogIndex): void {
    this.#applied.reached(index);
  }

  /** A leader is known (again): what waits is asked at once. */
  leaderKnown(): void {
    if (this.#fresh.length > 0) this.#schedule();
  }

  failAll(failure: HoldfastError): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    for (const reader of this.#open) this.#settle(reader, failure);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.turn.soon(() => {
      this.#scheduled = false;
      this.#askForFresh();
    });
  }

  #askForFresh(): void {
    this.#startSweeping();
    if (!this.#parts.hasLeader()) return;
    const readers = this.#fresh.filter((reader) => this.#open.has(reader));
    this.#fresh = [];
    if (readers.length === 0) return;
    this.#lastToken++;
    this.#asked.set(this.#lastToken, readers);
    this.#parts.ask(this.#lastToken);
  }

  #take(token: number): readonly Reader[] {
    const readers = this.#asked.get(token) ?? [];
    this.#asked.delete(token);
    return readers.filter((reader) => this.#open.has(reader));
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
    for (const reader of this.#open) {
      if (reader.call.deadline <= now) this.#settle(reader, this.#timedOut());
    }
    this.#fresh = this.#fresh.filter((reader) => this.#open.has(reader));
    if (this.#fresh.length > 0) this.#askForFresh();
    this.#startSweeping();
  }

  #timedOut(): HoldfastError {
    const why = this.#parts.hasLeader()
      ? "the leader did not confirm it in time"
      : "there is no leader";
    return new RequestTimedOutError(`the read was not served: ${why}`, "not-applied");
  }

  #abort(reader: Reader): void {
    this.#settle(reader, new CallAbortedError("the caller gave the read up", "not-applied"));
  }

  #settle(reader: Reader, failure: HoldfastError | undefined): void {
    if (!this.#open.delete(reader)) return;
    reader.call.signal?.removeEventListener("abort", reader.abort);
    if (failure === undefined) reader.resolve();
    else reader.reject(failure);
  }
}
