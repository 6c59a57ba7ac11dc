import { assert, type Millis, messageOf, type Outcome } from "@holdfast/base";
import { encodeBatch, type Operation, type OperationResult } from "@holdfast/state-machine";
import type { Call } from "./call.ts";
import type { ClientLimits } from "./client-limits.ts";
import { invalidArgument, overloadedError, type RequestError } from "./request-error.ts";

export type WriteCall = Call<"write", Operation, OperationResult>;

/** The sequence of a session's opening. */
const OPENING_SEQUENCE = 1;
const NO_CALLS: readonly WriteCall[] = Object.freeze([]);

/**
 * Operations that were encoded together once and are sent, and sent again, as the same bytes.
 * The opening of a session is one without calls: nobody asked for it, and all that waits needs it.
 */
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

  get isOpening(): boolean {
    return this.firstSequence === OPENING_SEQUENCE;
  }

  /** Sequences that it takes, and results that answer it. */
  get operations(): number {
    return this.isOpening ? 1 : this.calls.length;
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
 * 2. Sequence 1 opens the session. That batch is made when a write waits, and no other is
 *    made until it is answered. Where it is given up, because nothing waits any more, it is
 *    made again as the same bytes for the next write: a session is opened once, however often.
 * 3. A batch is in flight until it is answered or none of its callers waits any more.
 * 4. `ackedBelow` is the least sequence in flight: a late copy of what was given up below it
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
  #isOpen = false;
  #openingsSent = 0;
  #isRefused = false;
  #nextSequence = OPENING_SEQUENCE;
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

  /** The cluster has told that it knows the session. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * No copy of the opening is on its way any more, so none can bring the session back once it has ended. A second
   * one may lie in a connection that stands still; that session had better last until it has been idle for long.
   */
  get mayEnd(): boolean {
    return this.#isOpen && this.#openingsSent === 1;
  }

  /** A copy of the session's opening goes out. */
  openingSent(): void {
    this.#openingsSent++;
  }

  /** The cluster would not open the session: the next write needs another. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** When the last of the waiting writes gives up; 0 if none waits. */
  get latestDeadline(): Millis {
    let latest = 0;
    for (const { patience } of this.#waiting) latest = Math.max(latest, patience.deadline);
    return latest;
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
    if (!this.#isOpen) return this.#takeOpening();
    for (;;) {
      const calls = this.#takeCalls();
      if (calls.length === 0) return undefined;
      const batch = this.#launchEncoded(calls);
      if (batch !== undefined) return batch;
    }
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

  /** The session's opening was answered: what waits may go. */
  opened(opening: WriteBatch): void {
    this.remove(opening);
    this.#isOpen = true;
  }

  /** Gives the opening up where no node has it and nothing waits for it any more. */
  dropIdleOpening(): void {
    const opening = this.#batches.get(OPENING_SEQUENCE);
    if (opening !== undefined && !opening.isOut && !this.hasWaiting) this.#forget(opening);
  }

  /** The session's opening was refused for good; the caller fails the calls that it returns. */
  refused(opening: WriteBatch): readonly WriteCall[] {
    this.#forget(opening);
    this.#isRefused = true;
    const calls = [...this.#waiting];
    for (const call of calls) this.#unqueue(call);
    return calls;
  }

  /**
   * One operation was refused and spoilt its batch, of which nothing was applied:
   * each waits again, under a new sequence and alone, so that only the guilty one fails.
   */
  split(batch: WriteBatch): void {
    this.#requeue(batch);
    for (const call of batch.calls) if (this.#waiting.has(call)) this.#alone.add(call);
  }

  /** An operation that cannot be encoded fails; those beside it wait again, alone. */
  #launchEncoded(calls: readonly WriteCall[]): WriteBatch | undefined {
    const operations = calls.map((call) => call.request);
    try {
      const batch = this.#launch(calls, operations);
      for (const call of calls) this.#batchByCall.set(call, batch);
      return batch;
    } catch (failure) {
      for (const call of calls) {
        if (calls.length === 1) call.fail(invalidArgument(messageOf(failure)));
        else this.#queueAlone(call);
      }
      return undefined;
    }
  }

  #queueAlone(call: WriteCall): void {
    this.#waiting.add(call);
    this.#waitingBytes += call.bytes;
    this.#alone.add(call);
  }

  /** Takes one call out and says what is known of it; its batch goes on for the others. */
  abandon(call: WriteCall): Outcome {
    const batch = this.#batchByCall.get(call);
    if (batch === undefined) {
      this.#unqueue(call);
      this.dropIdleOpening();
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
    this.#isOpen = false;
    this.#openingsSent = 0;
    this.#isRefused = false;
    this.#nextSequence = OPENING_SEQUENCE;
  }

  #ackedBelow(): number {
    for (const firstSequence of this.#batches.keys()) return firstSequence;
    return this.#nextSequence;
  }

  #takeOpening(): WriteBatch | undefined {
    if (!this.hasWaiting || this.#isRefused || this.#batches.size > 0) return undefined;
    return this.#launch(NO_CALLS, [{ kind: "session-open" }]);
  }

  #launch(calls: readonly WriteCall[], operations: readonly Operation[]): WriteBatch {
    const firstSequence = this.#nextSequence;
    const ackedBelow = this.#ackedBelow();
    const bytes = encodeBatch({ session: this.#session, firstSequence, ackedBelow, operations });
    const batch = new WriteBatch(firstSequence, bytes, calls);
    this.#nextSequence += batch.operations;
    this.#inFlightBytes += bytes.length;
    this.#batches.set(firstSequence, batch);
    return batch;
  }

  /** As if the opening had not been made. */
  #forget(opening: WriteBatch): void {
    this.remove(opening);
    this.#nextSequence = OPENING_SEQUENCE;
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
