import type { Clock, Random, Revision } from "@holdfast/base";
import type { AddressBook } from "../address-book.ts";
import type { ClientLimits } from "../client-limits.ts";
import { type KeySelector, toKeyRange } from "../key-selector.ts";
import { abortedError, closedError, invalidArgument, RequestError } from "../request-error.ts";
import { RetryTimer } from "../retry-timer.ts";
import { Change } from "./change.ts";
import { CompactedError } from "./compacted-error.ts";
import { WaitingChanges } from "./waiting-changes.ts";
import type { OpenWatch, ToldChange, WatchRequest, WatchTransport } from "./watch-transport.ts";

export interface WatchOptions {
  /**
   * The first revision whose changes are wanted, as far back as the store keeps them.
   *
   * @default what comes from now on
   */
  readonly from?: Revision;
  /** Ends the watch with `ABORTED` when it fires. */
  readonly signal?: AbortSignal;
  /**
   * Tells with each change what was before it.
   *
   * @default false
   */
  readonly previous?: boolean;
  /**
   * Only changes of this kind.
   *
   * @default both
   */
  readonly only?: "puts" | "deletions";
}

export interface WatchPorts {
  readonly transport: WatchTransport;
  readonly clock: Clock;
  readonly random: Random;
}

/** Somebody who waits for a change. */
interface Asking {
  resolve(result: IteratorResult<Change, undefined>): void;
  reject(failure: RequestError): void;
}

/** Changes that wait to be asked for; above, the node is not read. */
const WAITING_MAX = 1024;

/**
 * The changes of some keys, each once and in order, for as long as it is asked for more. When a node
 * fails it goes on with the next, behind the last change that it gave; it fails itself only where
 * what comes next was compacted away (`COMPACTED`), where the node refuses it, where as many nodes as there are have no
 * room for it (`OVERLOADED`), or by its signal.
 *
 * Changes of one revision follow each other. `break` or `close` ends it.
 */
export class Watch implements AsyncIterableIterator<Change>, AsyncDisposable {
  readonly #ports: WatchPorts;
  readonly #addresses: AddressBook;
  readonly #known: () => readonly string[];
  readonly #options: WatchOptions;
  readonly #request: Omit<WatchRequest, "startRevision">;
  readonly #retry: RetryTimer;
  readonly #closed: (watch: Watch) => void;
  readonly #abort: () => void;
  /** The first revision that was not told; 0 before the first node has answered. */
  #next: Revision;
  #waiting = new WaitingChanges();
  #open: OpenWatch | undefined;
  /** Nodes that had no room for it since one had. */
  #fulls = 0;
  #isPaused = false;
  #isOver = false;
  #failure: RequestError | undefined;
  /** Those who wait for a change, in their order; empty while changes wait. */
  #asking: Asking[] = [];
  readonly #isFollowing: Promise<Revision>;
  #following: (revision: Revision) => void = () => undefined;
  #notFollowing: (failure: RequestError) => void = () => undefined;

  constructor(
    ports: WatchPorts,
    keys: KeySelector,
    parts: {
      readonly options: WatchOptions;
      readonly addresses: AddressBook;
      readonly limits: ClientLimits;
      /** The addresses that its client knows by now: a watch may outlive all nodes that were there when it began. */
      known(): readonly string[];
      closed(watch: Watch): void;
    },
  ) {
    const { options, addresses, limits } = parts;
    this.#ports = ports;
    this.#options = options;
    this.#addresses = addresses;
    this.#known = () => parts.known();
    this.#closed = (watch) => parts.closed(watch);
    this.#next = firstRevision(options.from ?? 0);
    this.#request = {
      ...toKeyRange(keys),
      previous: options.previous ?? false,
      puts: options.only !== "deletions",
      deletions: options.only !== "puts",
    };
    this.#retry = new RetryTimer(ports, limits, () => this.#follow());
    this.#abort = () => this.#fail(abortedError("not-applied", options.signal?.reason));
    this.#isFollowing = new Promise((resolve, reject) => {
      this.#following = resolve;
      this.#notFollowing = reject;
    });
    // Who only asks for changes hears of a failure there.
    this.#isFollowing.catch(() => undefined);
    options.signal?.addEventListener("abort", this.#abort);
    if (options.signal?.aborted === true) this.#abort();
    else this.#follow();
  }

  /** Resolves with the store's revision when a node has taken the watch for the first time: what changes from then on is told. */
  get following(): Promise<Revision> {
    return this.#isFollowing;
  }

  /** May be asked again before it has resolved; changes go to those who ask in their order. */
  next(): Promise<IteratorResult<Change, undefined>> {
    return new Promise((resolve, reject) => {
      this.#asking.push({ resolve, reject });
      this.#answer();
    });
  }

  async return(): Promise<IteratorResult<Change, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  /** Ends it; whoever waits for a change is told that there is none. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = new WaitingChanges();
    this.#retry.stop();
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#open?.close();
    this.#closed(this);
    this.#notFollowing(this.#failure ?? closedError("not-applied"));
    this.#answer();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #follow(): void {
    this.#isPaused = false;
    const request = { ...this.#request, startRevision: this.#next };
    this.#open = this.#ports.transport.open(this.#addresses.current, request, {
      created: (revision) => {
        if (this.#next === 0) this.#next = revision + 1;
        this.#fulls = 0;
        this.#retry.succeeded();
        this.#following(revision);
      },
      told: (changes, revision) => this.#told(changes, revision),
      compacted: (revision) => this.#fail(new CompactedError(revision)),
      refused: (reason) => this.#fail(refusedError(reason)),
      ended: () => this.#moveOn(),
      full: (reason) => {
        this.#fulls++;
        if (this.#fulls < this.#addresses.size) this.#moveOn();
        else this.#fail(nowhereError(reason));
      },
    });
  }

  #moveOn(): void {
    if (this.#isOver) return;
    this.#addresses.follow(this.#known());
    this.#addresses.advance();
    this.#retry.schedule();
  }

  #told(changes: readonly ToldChange[], revision: Revision): void {
    if (this.#isOver) return;
    for (const change of changes) this.#waiting.add(new Change(change));
    const last = changes.at(-1)?.kv.modRevision ?? revision;
    this.#next = Math.max(this.#next, last + 1);
    this.#answer();
  }

  #answer(): void {
    while (this.#asking.length > 0 && (this.#waiting.size > 0 || this.#isOver)) {
      const { resolve, reject } = this.#asking.shift() as Asking;
      const value = this.#waiting.take();
      if (value !== undefined) resolve({ done: false, value });
      else if (this.#failure !== undefined) reject(this.#failure);
      else resolve({ done: true, value: undefined });
    }
    this.#updateFlow();
  }

  /** What was told before is still given; what comes behind it is this. */
  #fail(failure: RequestError): void {
    if (this.#isOver) return;
    const waiting = this.#waiting;
    this.#failure = failure;
    this.close();
    this.#waiting = waiting;
  }

  #updateFlow(): void {
    const isFull = this.#waiting.size >= WAITING_MAX;
    if (isFull === this.#isPaused || this.#isOver) return;
    this.#isPaused = isFull;
    if (isFull) this.#open?.pause();
    else this.#open?.resume();
  }
}

/** @throws RequestError `INVALID_ARGUMENT` */
function firstRevision(from: number): Revision {
  if (Number.isSafeInteger(from) && from >= 0) return from;
  throw invalidArgument(`from must be a whole number from 0 on, got ${from}`);
}

function refusedError(reason: string): RequestError {
  return new RequestError({
    code: "WATCH_REFUSED",
    message: reason,
    outcome: "not-applied",
    retryable: false,
  });
}

function nowhereError(reason: string): RequestError {
  return new RequestError({
    code: "OVERLOADED",
    message: `no node has room for another watch; one said: ${reason}`,
    outcome: "not-applied",
    retryable: true,
  });
}
