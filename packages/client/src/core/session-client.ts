import { type Outcome, randomBytes, type Turn } from "@holdfast/base";
import type { Operation, OperationResult, RangeQuery, RangeResult } from "@holdfast/state-machine";
import { Call, type CallPatience, type CallSignal, TIMEOUT_MS_MAX } from "./call.ts";
import type { ClientLimits } from "./client-limits.ts";
import { DeadlineWatch } from "./deadline-watch.ts";
import { FlightControl } from "./flight-control.ts";
import { type ReadCall, ReadQueue } from "./read-queue.ts";
import {
  abortedError,
  closedError,
  detailsOf,
  invalidArgument,
  RequestError,
  timeoutError,
  tooLargeError,
} from "./request-error.ts";
import { type LinkPorts, SessionLink } from "./session-link.ts";
import { SESSION_PROTOCOL, type StartedReply, type StartFrame } from "./session-transport.ts";
import { type WriteCall, WriteWindow } from "./write-window.ts";

export interface SessionPorts extends LinkPorts {
  readonly turn: Turn;
}

export interface SessionClientOptions {
  readonly addresses: readonly string[];
  readonly limits: ClientLimits;
}

/** How long one call waits and who may end it. */
export interface CallTerms {
  readonly timeoutMs: number;
  readonly signal?: CallSignal | undefined;
}

type ConnectCall = Call<"connect", undefined, undefined>;
type AnyCall = ConnectCall | WriteCall | ReadCall;

/** What a query counts for beside its keys. */
const QUERY_OVERHEAD_BYTES = 64;
const SESSION_ID_BYTES = 16;

/**
 * The client without its surface: operations in, results out, exactly once (decision 18).
 *
 * What one turn of the event loop asks for leaves in one frame. Every call is
 * answered, refused, or ended by its deadline or signal; an error tells whether
 * its write took effect. Operations that are not awaited in between have no
 * order among each other.
 */
export class SessionClient {
  /** What it stands on. */
  readonly ports: SessionPorts;
  readonly #limits: ClientLimits;
  readonly #link: SessionLink;
  readonly #writes: WriteWindow;
  readonly #reads: ReadQueue;
  readonly #flight: FlightControl;
  readonly #deadlines: DeadlineWatch;
  readonly #connecting = new Set<ConnectCall>();
  #isFlushDue = false;
  #closing: Promise<void> | undefined;
  #sessionUsedAt = 0;

  constructor(ports: SessionPorts, options: SessionClientOptions) {
    this.ports = ports;
    this.#limits = options.limits;
    this.#writes = new WriteWindow(randomBytes(ports.random, SESSION_ID_BYTES), options.limits);
    this.#reads = new ReadQueue(options.limits);
    this.#deadlines = new DeadlineWatch(ports.clock, (now) => this.#sweep(now));
    this.#link = new SessionLink(ports, options.addresses, options.limits, {
      startFrame: () => this.#startFrame(),
      started: (reply) => this.#started(reply),
      received: (reply) => this.#flight.received(reply),
      broken: () => this.#flight.broken(),
      hopeless: (error) => this.#failWaiting(error),
    });
    this.#flight = new FlightControl(ports, options.limits, {
      link: this.#link,
      writes: this.#writes,
      reads: this.#reads,
      progressed: () => {
        if (this.#writes.hasWaiting || this.#reads.hasWaiting) this.#flushSoon();
      },
      sessionUsed: () => {
        this.#sessionUsedAt = ports.clock.now();
      },
      sessionExpired: () => this.#renewSession(),
    });
  }

  /** The addresses known so far: what was given, then what nodes told. */
  get addresses(): readonly string[] {
    return this.#link.addresses;
  }

  /** The node that this client speaks to now. */
  get address(): string | undefined {
    return this.#link.address;
  }

  /** Connects; resolves when a node has taken the stream. Rejections leave the client closed. */
  async open(terms: CallTerms): Promise<void> {
    const call: ConnectCall = new Call("connect", undefined, 0, this.#patience(terms));
    this.#connecting.add(call);
    try {
      if (this.#begin(call)) this.#link.open();
      await call.promise;
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  /** Applies one operation exactly once. `bytes`: its size, about. */
  async write(operation: Operation, bytes: number, terms: CallTerms): Promise<OperationResult> {
    const call: WriteCall = new Call("write", operation, bytes, this.#patience(terms));
    if (this.#admit(call)) this.#enqueue(call, this.#writes.add(call));
    return call.promise;
  }

  /** Answers one query: linearizable, or from whatever the node has applied. */
  async read(
    query: RangeQuery,
    terms: CallTerms & { readonly serializable: boolean },
  ): Promise<RangeResult> {
    const bytes = query.key.length + query.rangeEnd.length + QUERY_OVERHEAD_BYTES;
    const request = { query, serializable: terms.serializable };
    const call: ReadCall = new Call("read", request, bytes, this.#patience(terms));
    if (this.#admit(call)) this.#enqueue(call, this.#reads.add(call));
    return call.promise;
  }

  /**
   * Ends everything at once; what still waits is refused with `CLOSED`. Where the session is open, resolves when
   * the node has ended the stream as asked: it then has the session ended. That takes a second at most.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { mayEnd } = this.#writes;
    this.#deadlines.stop();
    this.#flight.stop();
    for (const call of [...this.#all()]) this.#end(call, closedError);
    if (mayEnd) await this.#link.leave();
    else this.#link.close();
  }

  get #isClosed(): boolean {
    return this.#closing !== undefined;
  }

  #patience({ timeoutMs, signal }: CallTerms): CallPatience {
    if (!(timeoutMs > 0 && timeoutMs <= TIMEOUT_MS_MAX)) {
      throw invalidArgument(
        `timeoutMs must be above 0 and at most ${TIMEOUT_MS_MAX}, got ${timeoutMs}`,
      );
    }
    return { timeoutMs, signal, deadline: this.ports.clock.now() + timeoutMs };
  }

  #admit(call: WriteCall | ReadCall): boolean {
    const { operationBytesMax } = this.#limits;
    if (this.#isClosed) call.fail(closedError("not-applied"));
    else if (call.bytes > operationBytesMax)
      call.fail(tooLargeError(call.bytes, operationBytesMax));
    return !call.settled;
  }

  #enqueue(call: WriteCall | ReadCall, refusal: RequestError | undefined): void {
    if (refusal !== undefined) call.fail(refusal);
    else if (this.#begin(call)) this.#flushSoon();
  }

  /** Puts a call under its signal and its deadline; false if the signal has fired already. */
  #begin(call: AnyCall): boolean {
    const { signal, deadline } = call.patience;
    const abort = (): void => this.#end(call, (outcome) => abortedError(outcome, signal?.reason));
    if (signal?.aborted === true) {
      abort();
      return false;
    }
    call.listen(abort);
    this.#deadlines.expect(deadline);
    return true;
  }

  #flushSoon(): void {
    if (this.#isFlushDue || !this.#link.isReady) return;
    this.#isFlushDue = true;
    this.ports.turn.soon(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isClosed || !this.#link.isReady) return;
    if (this.#needsNewSession()) this.#renewSession();
    else this.#flight.launch();
  }

  /**
   * The next write would fail or might: the cluster has refused to open the session, or may have
   * forgotten it because nothing was in flight for long. A new one risks nothing.
   */
  #needsNewSession(): boolean {
    const { hasWaiting, isRefused, isOpen, inFlight } = this.#writes;
    if (!hasWaiting) return false;
    if (isRefused) return true;
    const unusedMs = this.ports.clock.now() - this.#sessionUsedAt;
    return isOpen && inFlight === 0 && unusedMs > this.#limits.sessionIdleMs;
  }

  #renewSession(): void {
    const isOver = this.#writes.mayEnd;
    this.#writes.renew(randomBytes(this.ports.random, SESSION_ID_BYTES));
    this.#link.restart({ isOver });
  }

  #startFrame(): StartFrame {
    return { kind: "start", protocol: SESSION_PROTOCOL, sessionId: this.#writes.session };
  }

  #started(reply: StartedReply): void {
    this.#writes.allow(reply);
    for (const call of this.#connecting) call.answer(undefined);
    this.#connecting.clear();
    this.#flight.resend();
    this.#flush();
  }

  #failWaiting(error: RequestError): void {
    for (const call of [...this.#all()]) {
      this.#end(call, (outcome) => new RequestError({ ...detailsOf(error), outcome }));
    }
  }

  /** Ends a call from this side, with what is then known about it. */
  #end(call: AnyCall, failure: (outcome: Outcome) => RequestError): void {
    call.fail(failure(this.#abandon(call)));
  }

  #abandon(call: AnyCall): Outcome {
    if (call.kind === "write") return this.#writes.abandon(call);
    if (call.kind === "read") this.#reads.abandon(call);
    else this.#connecting.delete(call);
    return "not-applied";
  }

  *#all(): Generator<AnyCall> {
    yield* this.#connecting;
    yield* this.#writes.calls();
    yield* this.#reads.calls();
  }

  #sweep(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    const due: AnyCall[] = [];
    for (const call of this.#all()) {
      const { deadline } = call.patience;
      if (deadline <= now) due.push(call);
      else if (deadline < earliest) earliest = deadline;
    }
    const why =
      this.#flight.lastRefusal ?? (this.#link.isReady ? undefined : this.#link.lastFailure);
    for (const call of due) {
      this.#end(call, (outcome) => timeoutError(call.patience.timeoutMs, outcome, why));
    }
    if (due.length > 0) this.#flushSoon();
    return earliest;
  }
}
