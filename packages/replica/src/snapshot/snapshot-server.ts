import {
  type Cancel,
  type Clock,
  type Logger,
  type LogIndex,
  type MemberId,
  messageOf,
  Pace,
  type Turn,
} from "@holdfast/base";
import type { Epoch, SnapshotWanted } from "@holdfast/raft";
import type { Engine } from "@holdfast/storage";
import type { SnapshotAnswer, SnapshotRequest } from "../ports/peer-network.ts";
import { appliedIn } from "./applied-in.ts";
import { ServedSnapshot } from "./served-snapshot.ts";
import type { SnapshotObserver } from "./snapshot-observer.ts";

export interface SnapshotServerParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  /** All states together are sent at this rate at most. */
  readonly bytesPerSecond: number;
  readonly observe: SnapshotObserver;
  /** Where the applied state is. */
  engine(): Engine;
  /**
   * States from before this entry are not offered: they leave out members that were added since, and one
   * that restarts with a log which begins without it concludes that it was removed.
   */
  notBefore(peer: MemberId): LogIndex;
  nameOf(peer: MemberId): string;
  /** A state is ready, applied up to `index`; `undefined`: none is to be had now. */
  opened(peer: MemberId, epoch: Epoch, index: LogIndex | undefined): void;
  /** A state is no longer served. */
  closed(peer: MemberId, epoch: Epoch): void;
}

/** States that are served at a time: each keeps LevelDB from freeing what was overwritten since. */
export const SERVED_MAX = 4;
/** A state that nobody asks for this long is closed, ms. */
export const SERVED_IDLE_MS = 60_000;
/** One that nobody asked for this long makes way for another peer's, ms: whoever fetches asks every 5 s at least. */
export const SERVED_YIELDS_MS = 15_000;
const LOOK_EVERY_MS = 5_000;

interface Serving {
  readonly peer: MemberId;
  readonly snapshot: ServedSnapshot;
  readonly logger: Logger;
  /** When its first chunk was asked for. */
  startedAt: number | undefined;
  isSent: boolean;
}

/**
 * A leader's side of sending states: it freezes what is durably applied and hands out
 * chunks to whoever was offered it. One state for each peer, a few at a time.
 */
export class SnapshotServer {
  readonly #parts: SnapshotServerParts;
  readonly #pace: Pace;
  readonly #serving = new Map<MemberId, Serving>();
  #closing: Promise<unknown> = Promise.resolve();
  #cancelLook: Cancel | undefined;

  constructor(parts: SnapshotServerParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.clock, parts.bytesPerSecond);
  }

  /**
   * Freezes the durable state for a peer. What was applied but is not durable yet follows
   * from the log, which is compacted behind what is durable only.
   */
  wanted({ peer, epoch }: SnapshotWanted): void {
    const { engine, notBefore, opened, clock, turn, logger, nameOf } = this.#parts;
    this.#end(peer);
    // Or what it has applied could not be read in this turn; the core asks again.
    if (!this.#makeRoom() || engine().isAway === true) return opened(peer, epoch, undefined);
    const snapshot = engine().snapshot();
    const last = appliedIn(snapshot);
    if (last.index === 0 || last.index < notBefore(peer)) {
      snapshot.close().catch(() => undefined);
      opened(peer, epoch, undefined);
      return;
    }
    const served = { epoch, last, snapshot, turn, pace: this.#pace };
    this.#serving.set(peer, {
      peer,
      snapshot: new ServedSnapshot(served, clock.now()),
      logger: logger.child({ peer: nameOf(peer), index: last.index }),
      startedAt: undefined,
      isSent: false,
    });
    this.#observeCount();
    this.#lookLater();
    opened(peer, epoch, last.index);
  }

  /** A peer asks for a chunk. */
  async asked({ from, epoch, last, sequence }: SnapshotRequest): Promise<SnapshotAnswer> {
    const serving = this.#serving.get(from);
    if (serving === undefined) return gone("no state is open for this member");
    const { snapshot } = serving;
    if (snapshot.epoch !== epoch || snapshot.last.index !== last.index) {
      return gone(`the state of entry ${last.index} was replaced by a newer offer`);
    }
    snapshot.usedAt = this.#parts.clock.now();
    this.#noteStart(serving);
    try {
      const chunk = await snapshot.chunk(sequence);
      if (chunk === undefined) return gone(`chunk ${sequence} is no longer kept`);
      snapshot.usedAt = this.#parts.clock.now();
      if (chunk.end !== undefined) this.#noteSent(serving, chunk.end);
      return { kind: "chunk", chunk };
    } catch (failure) {
      serving.logger.warn({ failure: messageOf(failure) }, "state for a peer could not be read");
      if (this.#serving.get(from) === serving) this.#end(from);
      return gone("it could not be read");
    }
  }

  /** This member leads no longer: nobody fetches from it. */
  endAll(): void {
    for (const peer of [...this.#serving.keys()]) this.#end(peer);
  }

  /** Resolves when nothing of the engine is held any more. */
  async stop(): Promise<void> {
    this.endAll();
    this.#cancelLook?.();
    await this.#closing;
  }

  #end(peer: MemberId): void {
    const serving = this.#serving.get(peer);
    if (serving === undefined) return;
    const { snapshot, logger, startedAt, isSent } = serving;
    this.#serving.delete(peer);
    this.#observeCount();
    if (startedAt !== undefined && !isSent) {
      const seconds = (this.#parts.clock.now() - startedAt) / 1000;
      logger.info({ bytes: snapshot.bytes, seconds }, "state was not sent to its end");
      const transfer = { way: "sent", whole: false, bytes: snapshot.bytes, seconds } as const;
      this.#parts.observe.snapshotEnded(transfer);
    }
    const closing = snapshot.close().catch((failure: unknown) => {
      logger.warn({ failure: messageOf(failure) }, "a frozen state could not be closed");
    });
    this.#closing = Promise.all([this.#closing, closing]);
    this.#parts.closed(peer, snapshot.epoch);
  }

  /**
   * Whether one more may be served. What is under way is not given up for another one: where more peers
   * than are served took it from each other, none would come to its end.
   */
  #makeRoom(): boolean {
    if (this.#serving.size < SERVED_MAX) return true;
    const since = this.#parts.clock.now() - SERVED_YIELDS_MS;
    const all = [...this.#serving.values()].filter(
      ({ isSent, snapshot }) => isSent || snapshot.usedAt <= since,
    );
    const [idlest] = all.sort((a, b) => a.snapshot.usedAt - b.snapshot.usedAt);
    if (idlest !== undefined) this.#end(idlest.peer);
    return idlest !== undefined;
  }

  #noteStart(serving: Serving): void {
    if (serving.startedAt !== undefined) return;
    serving.startedAt = this.#parts.clock.now();
    serving.logger.info({}, "sending a state to a peer");
  }

  #noteSent(
    serving: Serving,
    { rows, bytes }: { readonly rows: number; readonly bytes: number },
  ): void {
    if (serving.isSent) return;
    serving.isSent = true;
    const seconds = (this.#parts.clock.now() - (serving.startedAt ?? 0)) / 1000;
    serving.logger.info({ rows, bytes, seconds }, "state sent to a peer");
    this.#parts.observe.snapshotEnded({ way: "sent", whole: true, bytes, seconds });
  }

  #observeCount(): void {
    this.#parts.observe.snapshotsUnderWay("sent", this.#serving.size);
  }

  #lookLater(): void {
    this.#cancelLook ??= this.#parts.clock.timer(LOOK_EVERY_MS, () => {
      this.#cancelLook = undefined;
      const now = this.#parts.clock.now();
      for (const { peer, snapshot } of [...this.#serving.values()]) {
        if (now - snapshot.usedAt >= SERVED_IDLE_MS) this.#end(peer);
      }
      if (this.#serving.size > 0) this.#lookLater();
    });
  }
}

function gone(reason: string): SnapshotAnswer {
  return { kind: "gone", reason };
}
