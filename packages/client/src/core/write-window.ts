import { assert, type Outcome } from "@holdfast/base";
import { encodeBatch, type Operation, type OperationResult } from "@holdfast/state-machine";
import type { Call } from "./call.ts";
import type { ClientLimits } from "./client-limits.ts";
import { overloadedError, type RequestError } from "./request-error.ts";

export type WriteCall = Call<"write", Operation, OperationResult>;

/** Operations that were encoded together once and are sent, and sent again, as the same bytes. */
export class WriteBatch {
  readonly firstSequence: number;
  readonly bytes: Uint8Array;
  readonly calls: readonly WriteCall[];
  /** Callers that still wait. */
  waiters: number;
  /** A copy is with a node and not answered. */
  isOut = false;
  /** A copy was lost on the way, so it may have been applied, or may be still. */
  isUncertain = false;

  constructor(firstSequence: number, bytes: Uint8Array, calls: readonly WriteCall[]) {
    this.firstSequence = firstSequence;
    this.bytes = bytes;
    this.calls = calls;
    this.waiters = calls.length;
  }

  /** What a caller is told who stops waiting now. */
  get outcome(): Outcome {
    return this.isOut || this.isUncertain ? "unknown" : "not-applied";
  }
}

/**
 * The writes of one session: those that wait, and those in flight under their sequences (decision 18).
 *
 * 1. An operation gets its sequence when it is encoded, and keeps it; sequences start at 1.
 * 2. A batch is in flight until it is answered or none of its callers waits any more.
 * 3. `ackedBelow` is the least sequence in flight: a late copy of what was given up below it
 *    is refused by the cluster.
 */
export class WriteWindow {
  readonly #limits: ClientLimits;
  readonly #waiting = new Set<WriteCall>();
  readonly #batches = new Map<number, WriteBatch>();
  readonly #batchByCall = new Map<WriteCall, WriteBatch>();
  /** Waiting calls that go without company, because a batch with them was refused. */
  readonly #alone = new Set<WriteCall>();
  #session: Uint8Array;
  #nextSequence = 1;
  #waitingBytes = 0;
  #inFlightBytes = 0;
  #window: number;
  #batchBytesMax: number;

  constructor(session: Uint8Array, limits: ClientLimits) {
    this.#session = session;
    this.#limits = limits;
    this.#window = limits.window;
    this.#batchBytesMax = limits.batchBytesMax;
  }

  get session(): Uint8Array {
    return this.#session;
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  get inFlight(): number {
    return this.#batches.size;
  }

  /** The session has used none of its sequences yet. */
  get isFresh(): boolean {
    return this.#nextSequence === 1;
  }

  /** Takes over what a node allows; 0 leaves a limit as it is. */
  allow(allowed: { readonly window: number; readonly turnBytesMax: number }): void {
    const { window, batchBytesMax } = this.#limits;
    this.#window = allowed.window > 0 ? Math.min(window, allowed.window) : window;
    this.#batchBytesMax =
      allowed.turnBytesMax > 0 ? Math.min(batchBytesMax, allowed.turnBytesMax) : batchBytesMax;
  }

  /** Lets a call wait its turn, or says why not. */
  add(call: WriteCall): RequestError | undefined {
    const { queueOperationsMax, queueBytesMax } = this.#limits;
    if (this.#waiting.size >= queueOperationsMax) {
      return overloadedError(`${queueOperationsMax} writes are waiting already`);
    }
    if (this.#waitingBytes + call.bytes > queueBytesMax) {
      return overloadedError(`${queueBytesMax} bytes of writes are waiting already`);
    }
    this.#waiting.add(call);
    this.#waitingBytes += call.bytes;
    return undefined;
  }

  /** Encodes the next batch that the window has room for; it is in flight from then on. */
  take(): WriteBatch | undefined {
    const calls = this.#takeCalls();
    if (calls.length === 0) return undefined;
    const firstSequence = this.#nextSequence;
    const bytes = encodeBatch({
      session: this.#session,
      firstSequence,
      ackedBelow: this.#ackedBelow(),
      operations: calls.map((call) => call.request),
    });
    const batch = new WriteBatch(firstSequence, bytes, calls);
    this.#nextSequence += calls.length;
    this.#inFlightBytes += bytes.length;
    this.#batches.set(firstSequence, batch);
    for (const call of calls) this.#batchByCall.set(call, batch);
    return batch;
  }

  /** Batches in flight, oldest first. */
  batches(): Iterable<WriteBatch> {
    return this.#batches.values();
  }

  find(firstSequence: number): WriteBatch | undefined {
    return this.#batches.get(firstSequence);
  }

  /** Ends a batch, whose calls the caller has settled or settles next. */
  remove(batch: WriteBatch): void {
    if (!this.#batches.delete(batch.firstSequence)) return;
    this.#inFlightBytes -= batch.bytes.length;
    for (const call of batch.calls) this.#batchByCall.delete(call);
  }

  /**
   * One operation was refused and spoilt its batch, of which nothing was applied:
   * each waits again, under a new sequence and alone, so that only the guilty one fails.
   */
  split(batch: WriteBatch): void {
    this.#requeue(batch);
    for (const call of batch.calls) if (this.#waiting.has(call)) this.#alone.add(call);
  }

  /** Takes one call out and says what is known of it; its batch goes on for the others. */
  abandon(call: WriteCall): Outcome {
    const batch = this.#batchByCall.get(call);
    if (batch === undefined) {
      this.#unqueue(call);
      return "not-applied";
    }
    const { outcome } = batch;
    this.#batchByCall.delete(call);
    batch.waiters -= 1;
    // Sent again as it is, the batch would carry out what its caller is told is not applied.
    if (batch.waiters === 0) this.remove(batch);
    else if (outcome === "not-applied") this.#requeue(batch, call);
    return outcome;
  }

  /** Every call that is not settled: in flight first. */
  *calls(): Generator<WriteCall> {
    yield* this.#batchByCall.keys();
    yield* this.#waiting;
  }

  /** Starts over under another session; nothing may be in flight. */
  renew(session: Uint8Array): void {
    assert(this.#batches.size === 0, "a session is replaced only with nothing in flight");
    this.#session = session;
    this.#nextSequence = 1;
  }

  #ackedBelow(): number {
    for (const firstSequence of this.#batches.keys()) return firstSequence;
    return this.#nextSequence;
  }

  #takeCalls(): readonly WriteCall[] {
    const { batchOperationsMax, inFlightBytesMax } = this.#limits;
    const room = Math.min(
      batchOperationsMax,
      this.#window - (this.#nextSequence - this.#ackedBelow()),
    );
    const calls: WriteCall[] = [];
    let bytes = 0;
    for (const call of this.#waiting) {
      if (calls.length >= room) break;
      const isFirst = calls.length === 0;
      if (!isFirst && bytes + call.bytes > this.#batchBytesMax) break;
      const inFlight = this.#inFlightBytes + bytes;
      if (inFlight > 0 && inFlight + call.bytes > inFlightBytesMax) break;
      const isAlone = this.#alone.has(call);
      if (isAlone && !isFirst) break;
      this.#unqueue(call);
      calls.push(call);
      bytes += call.bytes;
      if (isAlone) break;
    }
    return calls;
  }

  /** Ends a batch of which nothing was applied; its callers but `without` wait again, under new sequences. */
  #requeue(batch: WriteBatch, without?: WriteCall): void {
    this.remove(batch);
    for (const call of batch.calls) {
      if (call.settled || call === without) continue;
      this.#waiting.add(call);
      this.#waitingBytes += call.bytes;
    }
  }

  #unqueue(call: WriteCall): void {
    if (this.#waiting.delete(call)) this.#waitingBytes -= call.bytes;
    this.#alone.delete(call);
  }
}
