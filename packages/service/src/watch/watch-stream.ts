import {
  below,
  type Cancel,
  type Clock,
  HoldfastError,
  messageOf,
  type Random,
  type Revision,
  type Turn,
} from "@holdfast/base";
import {
  type ChangeWithBefore,
  isEmptyRange,
  type KeyRange,
  keyRange,
} from "@holdfast/state-machine";
import type { PreviousPairs } from "./previous-pairs.ts";
import { StreamBefores } from "./stream-befores.ts";
import type { WatchHub } from "./watch-hub.ts";
import {
  type WatchCreateRequest,
  type WatchedEvent,
  type WatchLimits,
  type WatchSink,
  weightOf,
} from "./watch-messages.ts";
import { firstOf, Watcher, type WatcherStream } from "./watcher.ts";

export interface WatchStreamParts {
  readonly hub: WatchHub;
  readonly previous: PreviousPairs;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: Random;
  readonly limits: WatchLimits;
  readonly sink: WatchSink;
  /** So many events went to the client. */
  told(events: number): void;
  /** The stream takes and tells nothing more. */
  closed(stream: WatchStream): void;
}

const NONE_BEFORE = "etcdserver: mvcc: required revision has been compacted";
const EMPTY_RANGE = "mvcc: watcher range is empty";
const ID_TAKEN = "mvcc: duplicate watch ID provided on the WatchStream";

/**
 * One client's stream of any number of watches. What a turn brings for a watch leaves as one
 * answer; what the client does not take in time is not kept for it, but read again.
 *
 * Invariant: whatever was told before `progress` at a revision is everything up to it.
 */
export class WatchStream implements WatcherStream {
  readonly #parts: WatchStreamParts;
  readonly #watchers = new Map<bigint, Watcher>();
  /** Watches with events to send. */
  readonly #busy = new Set<Watcher>();
  readonly #befores: StreamBefores;
  /** The watch of which the client has a part of a revision: it is told the rest before anything else. */
  #parted: Watcher | undefined;
  /** Watches that were told something since progress was last due. */
  readonly #told = new Set<Watcher>();
  #nextId = 0n;
  #pendingBytes = 0;
  #isFlushDue = false;
  #isProgressWanted = false;
  #cancelTimer: Cancel | undefined;
  #isClosed = false;

  constructor(parts: WatchStreamParts) {
    this.#parts = parts;
    this.#befores = new StreamBefores(parts.previous);
  }

  get isFull(): boolean {
    const { sink, limits } = this.#parts;
    return this.#pendingBytes + sink.outboxBytes >= limits.streamBytesMax;
  }

  create(request: WatchCreateRequest): void {
    if (this.#isClosed) return;
    const { hub, sink } = this.#parts;
    const { revision } = hub;
    const range = watchedRange(request);
    const reason = this.#objection(request, range);
    if (reason !== undefined) {
      sink.send({ kind: "refused", revision, reason });
      return;
    }
    const lack = hub.lackFor(range);
    if (lack !== undefined) {
      sink.send({ kind: "full", revision, reason: lack });
      return;
    }
    const { watchId, key: _, rangeEnd: __, ...terms } = request;
    const id = watchId === 0n ? this.#freeId() : watchId;
    const next = terms.startRevision === 0 ? revision + 1 : terms.startRevision;
    const watcher = new Watcher({ id, range, stream: this, request: terms, next });
    this.#watchers.set(id, watcher);
    sink.send({ kind: "created", watchId: id, revision });
    hub.add(watcher);
    if (terms.progressNotify) this.#setTimer();
  }

  cancel(watchId: bigint): void {
    const watcher = this.#watchers.get(watchId);
    if (watcher === undefined || this.#isClosed) return;
    this.#forget(watcher);
    const { hub, sink } = this.#parts;
    hub.remove(watcher);
    sink.send({ kind: "canceled", watchId, revision: hub.revision });
    this.#flushSoon();
  }

  /** Tells how far all watches have been told, as soon as that is as far as there is. */
  progress(): void {
    if (this.#isClosed || this.#watchers.size === 0) return;
    this.#isProgressWanted = true;
    this.#flushSoon();
  }

  /** The client has taken something. */
  taken(): void {
    if (this.#busy.size > 0 && !this.#isOutboxFull) this.#flushSoon();
    this.#resume();
  }

  /** Ends all watches; nobody is told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTimer?.();
    for (const watcher of this.#watchers.values()) this.#parts.hub.remove(watcher);
    this.#watchers.clear();
    this.#busy.clear();
    this.#parts.closed(this);
  }

  failed(failure: HoldfastError): void {
    if (this.#isClosed) return;
    this.close();
    this.#parts.sink.fail(failure);
  }

  offered(watcher: Watcher, event: ChangeWithBefore): void {
    this.#pendingBytes += weightOf(event);
    this.#busy.add(watcher);
    this.#flushSoon();
  }

  caughtUp(): void {
    if (this.#isProgressWanted) this.#flushSoon();
  }

  pageEnded(): void {
    if (this.#busy.size > 0) this.#flushSoon();
  }

  compacted(watcher: Watcher, compactRevision: Revision): void {
    if (this.#isClosed) return;
    this.#forget(watcher);
    this.#parts.sink.send({ kind: "compacted", watchId: watcher.id, compactRevision });
  }

  #objection({ startRevision, watchId }: WatchCreateRequest, range: KeyRange): string | undefined {
    if (startRevision < 0) return NONE_BEFORE;
    if (isEmptyRange(range)) return EMPTY_RANGE;
    if (watchId !== 0n && this.#watchers.has(watchId)) return ID_TAKEN;
    return undefined;
  }

  #freeId(): bigint {
    while (this.#watchers.has(this.#nextId)) this.#nextId += 1n;
    const id = this.#nextId;
    this.#nextId += 1n;
    return id;
  }

  #forget(watcher: Watcher): void {
    this.#watchers.delete(watcher.id);
    this.#busy.delete(watcher);
    this.#told.delete(watcher);
    if (this.#parted === watcher) this.#parted = undefined;
    for (const event of watcher.pending) this.#pendingBytes -= weightOf(event);
    this.#befores.forget(watcher);
    watcher.pending = [];
    if (this.#busy.size > 0) this.#flushSoon();
  }

  #resume(): void {
    if (!this.#isClosed && !this.isFull) this.#parts.hub.resume();
  }

  get #isOutboxFull(): boolean {
    const { sink, limits } = this.#parts;
    return sink.outboxBytes >= limits.streamBytesMax;
  }

  #flushSoon(): void {
    if (this.#isFlushDue || this.#isClosed) return;
    this.#isFlushDue = true;
    this.#parts.turn.soon(() => {
      this.#isFlushDue = false;
      if (!this.#isClosed) this.#flush();
    });
  }

  #flush(): void {
    this.#sendAll();
    this.#look();
    if (this.#isProgressWanted && this.#areAllTold()) {
      this.#isProgressWanted = false;
      const { hub, sink } = this.#parts;
      sink.send({ kind: "progress", watchId: undefined, revision: hub.revision });
    }
    this.#resume();
  }

  #sendAll(): void {
    if (this.#parted !== undefined) this.#send(this.#parted);
    for (const watcher of this.#busy) {
      if (this.#parted !== undefined) break;
      this.#send(watcher);
    }
    this.#befores.taken();
  }

  /** Tells a watch what can be told now: whole revisions, or, where its client puts parts together, as much as is known. */
  #send(watcher: Watcher): void {
    const { pending, ready, request } = watcher;
    const known = request.prevKv
      ? this.#befores.of(watcher, ready)
      : pending.slice(0, ready).map((event) => ({ event, previous: undefined }));
    const count = request.fragment ? known.length : wholeRevisions(pending, known.length);
    if (count === 0) return;
    const events = known.slice(0, count);
    this.#befores.told(watcher, count);
    watcher.pending = pending.slice(count);
    this.#busy.delete(watcher);
    // Behind the others, so that those have their turn.
    if (watcher.pending.length > 0) this.#busy.add(watcher);
    const isPart = watcher.pending[0]?.modRevision === pending[count - 1]?.modRevision;
    this.#parted = isPart ? watcher : undefined;
    this.#tell(watcher, events, isPart);
  }

  /** Looks for what was before changes, while the client takes what it is told. */
  #look(): void {
    if (this.#befores.isLooking || this.#isOutboxFull) return;
    const who = this.#parted === undefined ? this.#busy : [this.#parted];
    const look = this.#befores.look([...who].filter(({ request }) => request.prevKv));
    look?.then(
      () => this.#flushSoon(),
      (failure: unknown) => this.failed(asKnown(failure)),
    );
  }

  #tell(watcher: Watcher, events: readonly WatchedEvent[], isPart: boolean): void {
    for (const { event } of events) this.#pendingBytes -= weightOf(event);
    this.#told.add(watcher);
    this.#parts.told(events.length);
    const { id: watchId, request } = watcher;
    const revision = events.at(-1)?.event.modRevision ?? this.#parts.hub.revision;
    const { fragment } = request;
    this.#parts.sink.send({ kind: "events", watchId, revision, events, fragment, isPart });
  }

  /** Whether no watch lacks anything, so that the hub's revision is how far the stream has been told. */
  #areAllTold(): boolean {
    if (this.#busy.size > 0) return false;
    for (const watcher of this.#watchers.values()) if (!this.#isTold(watcher)) return false;
    return this.#watchers.size > 0;
  }

  #isTold(watcher: Watcher): boolean {
    if (watcher.state !== "live" || this.#busy.has(watcher)) return false;
    // One that begins later must not hear of what is before.
    return watcher.next <= this.#parts.hub.revision + 1;
  }

  #setTimer(): void {
    const { clock, random, limits } = this.#parts;
    this.#cancelTimer ??= clock.timer(
      limits.progressMs + below(random, Math.ceil(limits.progressMs / 10)),
      () => {
        this.#cancelTimer = undefined;
        this.#tellQuiet();
        if (!this.#isClosed) this.#setTimer();
      },
    );
  }

  #tellQuiet(): void {
    const { hub, sink } = this.#parts;
    for (const watcher of this.#watchers.values()) {
      const isDue = watcher.request.progressNotify && !this.#told.has(watcher);
      if (!isDue || !this.#isTold(watcher) || this.isFull) continue;
      sink.send({ kind: "progress", watchId: watcher.id, revision: hub.revision });
    }
    this.#told.clear();
  }
}

/** Without a key everything from the first key on is meant, unless an end says how far. */
function watchedRange({ key, rangeEnd }: WatchCreateRequest): KeyRange {
  return keyRange({ key: key.length === 0 ? FIRST_KEY : key, rangeEnd });
}

const FIRST_KEY: Uint8Array = Uint8Array.of(0);

/** How many of the first `count` changes end with their revisions. */
function wholeRevisions(events: readonly ChangeWithBefore[], count: number): number {
  const next = events[count];
  return next === undefined ? count : Math.min(count, firstOf(events, next.modRevision));
}

/** What a read may fail with; anything else is a mistake of this node. */
class PreviousUnreadableError extends HoldfastError {
  readonly code = "STATE_FAILED";
  readonly outcome = "not-applied";
  readonly retryable = true;
}

function asKnown(failure: unknown): HoldfastError {
  return failure instanceof HoldfastError
    ? failure
    : new PreviousUnreadableError(messageOf(failure));
}
