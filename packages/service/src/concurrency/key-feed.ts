import type { HoldfastError, Revision } from "@holdfast/base";
import { OverloadedError } from "@holdfast/replica";
import type { BlockEvent } from "@holdfast/state-machine";
import { type WatchAnswer, type WatchSink, weightOf } from "../watch/watch-messages.ts";
import type { WatchService } from "../watch/watch-service.ts";
import type { WatchStream } from "../watch/watch-stream.ts";

/** What followed keys did: changes in order, or `lost`, where some can no longer be told. */
export type FeedStep = { readonly events: readonly BlockEvent[] } | "lost";

export interface FollowedKeys {
  readonly key: Uint8Array;
  /** As of a range. */
  readonly rangeEnd?: Uint8Array;
  readonly startRevision: Revision;
  /** Only deletions. */
  readonly deletions?: boolean;
}

const NONE: Uint8Array = new Uint8Array(0);

/** Follows keys of this node by watches of its own, for who waits for a change. `close` it. */
export class KeyFeed implements WatchSink {
  readonly #stream: WatchStream;
  #steps: FeedStep[] = [];
  #bytes = 0;
  #failure: HoldfastError | undefined;
  #wake: () => void = () => undefined;

  /** @throws what {@link WatchService.open} throws */
  constructor(watches: WatchService, options: { readonly requireLeader: boolean }) {
    this.#stream = watches.open(this, options);
  }

  follow(keys: FollowedKeys): void {
    this.#stream.create({
      watchId: 0n,
      key: keys.key,
      rangeEnd: keys.rangeEnd ?? NONE,
      startRevision: keys.startRevision,
      progressNotify: false,
      noPut: keys.deletions === true,
      noDelete: false,
      prevKv: false,
      fragment: false,
    });
  }

  /** The next step; rejects when nothing more will come. Asked by one at a time. */
  async next(): Promise<FeedStep> {
    while (true) {
      const step = this.#steps.shift();
      if (step !== undefined) {
        if (step !== "lost") for (const event of step.events) this.#bytes -= weightOf(event);
        this.#stream.taken();
        return step;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Whoever waits for a step is told why none will come. */
  end(failure: HoldfastError): void {
    this.#failure ??= failure;
    this.#wake();
  }

  close(): void {
    this.#stream.close();
  }

  get outboxBytes(): number {
    return this.#bytes;
  }

  send(answer: WatchAnswer): void {
    if (answer.kind === "events") {
      const events = answer.events.map(({ event }) => event);
      for (const event of events) this.#bytes += weightOf(event);
      this.#steps.push({ events });
    } else if (answer.kind === "compacted") this.#steps.push("lost");
    // Asked again at once it would be refused again: another node may have room.
    else if (answer.kind === "full") this.end(new OverloadedError(answer.reason));
    this.#wake();
  }

  fail(failure: HoldfastError): void {
    this.end(failure);
  }
}
