import { below, type Cancel, type Clock, type Millis, type Random } from "@holdfast/base";
import { AddressBook } from "./address-book.ts";
import { backoffMs } from "./backoff.ts";
import type { ClientLimits } from "./client-limits.ts";
import { detailsOf, RequestError } from "./request-error.ts";
import type {
  FailureReply,
  SessionReply,
  SessionStream,
  SessionTransport,
  StartedReply,
  StartFrame,
  TurnFrame,
} from "./session-transport.ts";

export interface LinkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: SessionTransport;
}

/** What the link tells its owner. */
export interface LinkEvents {
  /** What to say first on a new stream. */
  startFrame(): StartFrame;
  /** A node has taken the stream: frames may be sent. */
  started(reply: StartedReply): void;
  received(reply: SessionReply): void;
  /** Frames that were sent and not answered are lost, or may be. */
  broken(): void;
  /** Every known address has refused in a way that trying again will not change. */
  hopeless(error: RequestError): void;
}

/** One attempt to hold a stream; replies of an earlier attempt are told apart by it. */
interface Attempt {
  readonly address: string;
  stream: SessionStream | undefined;
  startedAt: Millis | undefined;
  cancelOpening: Cancel;
}

/**
 * Keeps one stream to one node, and finds another node when it breaks.
 *
 * - Every address is tried once at once, then with pauses that double.
 * - A stream that answered, or that held for {@link STEADY_MS}, ends the pauses.
 * - Where every address refuses for good, also after it took the stream, and nothing is
 *   answered in between, all that waits is given up: asking again would end the same.
 */
export class SessionLink {
  readonly #ports: LinkPorts;
  readonly #limits: ClientLimits;
  readonly #events: LinkEvents;
  readonly #book: AddressBook;
  #attempt: Attempt | undefined;
  #cancelPause: Cancel | undefined;
  #attemptsInVain = 0;
  /** Addresses that refused for good since anything was answered. */
  readonly #refusers = new Set<string>();
  readonly #failureByAddress = new Map<string, RequestError>();
  #isClosed = false;
  /** Tells who waits for the last word to be heard. */
  #left: () => void = nothing;

  constructor(
    ports: LinkPorts,
    addresses: readonly string[],
    limits: ClientLimits,
    events: LinkEvents,
  ) {
    this.#ports = ports;
    this.#limits = limits;
    this.#events = events;
    const start = below(ports.random, addresses.length);
    this.#book = new AddressBook(addresses, { most: limits.addressesMax, start });
  }

  get isReady(): boolean {
    return this.#attempt?.startedAt !== undefined;
  }

  get addresses(): readonly string[] {
    return this.#book.all;
  }

  /** The node spoken to; `undefined` while there is none. */
  get address(): string | undefined {
    return this.isReady ? this.#attempt?.address : undefined;
  }

  /** Why no node could be reached: the last failure of each since a stream was taken. */
  get lastFailure(): RequestError | undefined {
    const failures = [...this.#failureByAddress.values()];
    const last = failures.at(-1);
    if (last === undefined || failures.length === 1) return last;
    const message = failures.map((failure) => failure.message).join("; ");
    return new RequestError({ ...detailsOf(last), message });
  }

  /** Begins to connect, and never stops until {@link close}. */
  open(): void {
    const address = this.#book.current;
    const attempt: Attempt = {
      address,
      stream: undefined,
      startedAt: undefined,
      cancelOpening: nothing,
    };
    this.#attempt = attempt;
    attempt.cancelOpening = this.#ports.clock.timer(this.#limits.openMs, () =>
      this.#lose(
        attempt,
        unavailable(address, `the node did not answer within ${this.#limits.openMs} ms`),
      ),
    );
    attempt.stream = this.#ports.transport.open(address, {
      received: (reply) => {
        if (this.#attempt === attempt) this.#received(attempt, reply);
      },
      ended: (reason, cause) => this.#lose(attempt, unavailable(attempt.address, reason, cause)),
    });
    attempt.stream.send(this.#events.startFrame());
  }

  send(frame: TurnFrame): void {
    this.#attempt?.stream?.send(frame);
  }

  /** Leaves the node for the next. */
  move(why: string): void {
    const attempt = this.#attempt;
    if (attempt !== undefined) this.#lose(attempt, unavailable(attempt.address, why));
  }

  /** Opens a new stream to the same node, for another session. The one before hears its last word, if `isOver`. */
  restart({ isOver }: { readonly isOver: boolean }): void {
    const attempt = this.#attempt;
    if (attempt === undefined || this.#isClosed) return;
    if (isOver && this.isReady) this.#leaveBehind(attempt);
    else this.#drop(attempt);
    this.#events.broken();
    this.open();
  }

  /** The node ends the stream when it has heard. */
  #leaveBehind({ stream }: Attempt): void {
    stream?.send({ kind: "end" });
    this.#ports.clock.timer(LEAVE_MS, () => stream?.close());
    this.#attempt = undefined;
  }

  /** An answer came: the node is of use. */
  confirm(): void {
    this.#attemptsInVain = 0;
    this.#refusers.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPause?.();
    if (this.#attempt !== undefined) this.#drop(this.#attempt);
    this.#left();
  }

  /** Says the session's last word, if there is a node to hear it, and closes; resolves when it was heard or had its time. */
  leave(): Promise<void> {
    const stream = this.isReady ? this.#attempt?.stream : undefined;
    if (stream === undefined) {
      this.close();
      return Promise.resolve();
    }
    this.#isClosed = true;
    stream.send({ kind: "end" });
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.timer(LEAVE_MS, () => this.close());
      this.#left = () => {
        cancel();
        resolve();
      };
    });
  }

  #received(attempt: Attempt, reply: SessionReply): void {
    if (this.#isClosed) return;
    if (reply.kind === "started") {
      this.#book.learn(reply.endpoints);
      // Said again where members have come, gone or moved.
      if (attempt.startedAt !== undefined) return;
      attempt.cancelOpening();
      attempt.startedAt = this.#ports.clock.now();
      this.#failureByAddress.clear();
      this.#events.started(reply);
    } else if (isStreamFailure(reply) && reply.code !== "SESSION_EXPIRED") {
      this.#refused(attempt, reply);
    } else {
      this.#events.received(reply);
    }
  }

  #refused(attempt: Attempt, reply: FailureReply): void {
    const error = new RequestError({
      ...reply,
      message: `${attempt.address}: ${reply.message}`,
      outcome: "not-applied",
    });
    if (reply.retryable) this.#refusers.delete(attempt.address);
    else this.#refusers.add(attempt.address);
    this.#lose(attempt, error);
    if (this.#book.all.every((address) => this.#refusers.has(address))) {
      this.#refusers.clear();
      this.#events.hopeless(error);
    }
  }

  #lose(attempt: Attempt, why: RequestError): void {
    if (this.#attempt !== attempt) return;
    if (this.#isClosed) return this.close();
    this.#failureByAddress.delete(attempt.address);
    this.#failureByAddress.set(attempt.address, why);
    const { startedAt } = attempt;
    if (startedAt !== undefined && this.#ports.clock.now() - startedAt >= STEADY_MS)
      this.#attemptsInVain = 0;
    this.#drop(attempt);
    this.#book.advance();
    this.#attemptsInVain += 1;
    this.#events.broken();
    this.#cancelPause = this.#ports.clock.timer(this.#pauseMs(), () => {
      this.#cancelPause = undefined;
      this.open();
    });
  }

  #drop(attempt: Attempt): void {
    attempt.cancelOpening();
    attempt.stream?.close();
    this.#attempt = undefined;
  }

  #pauseMs(): number {
    const rounds = Math.floor(this.#attemptsInVain / this.#book.size);
    return rounds === 0 ? 0 : backoffMs(this.#limits, this.#ports.random, rounds);
  }
}

/** A node has so long to hear the last word, ms. */
const LEAVE_MS = 1000;

/** A stream that held for so long is not held against its node. */
const STEADY_MS = 5000;

function isStreamFailure(reply: SessionReply): reply is FailureReply {
  return reply.kind === "failure" && reply.firstSequence === 0 && reply.readId === 0;
}

function unavailable(address: string, reason: string, cause?: unknown): RequestError {
  return new RequestError({
    code: "UNAVAILABLE",
    message: `${address}: ${reason}`,
    outcome: "not-applied",
    retryable: true,
    cause,
  });
}

function nothing(): void {
  // There is no timer yet.
}
