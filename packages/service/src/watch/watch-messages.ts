import type { HoldfastError, Millis, Revision } from "@holdfast/base";
import type { BlockEvent, KeyValue } from "@holdfast/state-machine";

/** Follow a range of keys. */
export interface WatchCreateRequest {
  /** 0n: the server chooses. */
  readonly watchId: bigint;
  readonly key: Uint8Array;
  /** As of a range: empty is `key` alone, a zero byte is no end. */
  readonly rangeEnd: Uint8Array;
  /** The first revision whose changes are wanted; 0: what comes from now on; below 0 none is there. */
  readonly startRevision: Revision;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  /** Answers may be split between events. */
  readonly fragment: boolean;
}

/** What is kept of it; its bytes may be a small part of a large message, which would be kept with them. */
export type WatchTerms = Omit<WatchCreateRequest, "key" | "rangeEnd" | "watchId">;

/** A change, and the pair before it where the watch asks for it and it is there. */
export interface WatchedEvent {
  readonly event: BlockEvent;
  readonly previous: KeyValue | undefined;
}

/** What a watch stream is told, in order. */
export type WatchAnswer =
  | { readonly kind: "created"; readonly watchId: bigint; readonly revision: Revision }
  /** The watch was never there. */
  | { readonly kind: "refused"; readonly revision: Revision; readonly reason: string }
  /** It was never there, as this node has no room for it: another may. */
  | { readonly kind: "full"; readonly revision: Revision; readonly reason: string }
  /** The client ended it. */
  | { readonly kind: "canceled"; readonly watchId: bigint; readonly revision: Revision }
  /** What it needs next was compacted away. */
  | { readonly kind: "compacted"; readonly watchId: bigint; readonly compactRevision: Revision }
  | {
      readonly kind: "events";
      readonly watchId: bigint;
      /** Everything up to it that this watch is about has been told with this answer. */
      readonly revision: Revision;
      readonly events: readonly WatchedEvent[];
      /** The watch may be answered in parts, none of which may be large. */
      readonly fragment: boolean;
      /**
       * The next answer with events of this watch goes on with the same revision. Until then, or until the
       * watch is canceled, its client may be sent no other answer: it puts together what comes in a row.
       */
      readonly isPart: boolean;
    }
  /** Everything up to `revision` has been told: to this watch, or, `undefined`, to all of the stream. */
  | {
      readonly kind: "progress";
      readonly watchId: bigint | undefined;
      readonly revision: Revision;
    };

/** Where a stream's answers go. */
export interface WatchSink {
  send(answer: WatchAnswer): void;
  /** Bytes that were sent and that the client has not taken. */
  readonly outboxBytes: number;
  /** Nothing more is sent; the client is told why. */
  fail(failure: HoldfastError): void;
}

export interface WatchLimits {
  /** Watches of one node. */
  readonly watchesMax: number;
  /** The keys of all of them, where their ranges begin and where they end, bytes. */
  readonly keyBytesMax: number;
  /** What may wait for one stream's client, bytes; what is beyond it is read from the rows later. */
  readonly streamBytesMax: number;
  /** Changes of the newest revisions that are kept in memory, bytes of keys and values. */
  readonly recentBytesMax: number;
  readonly recentEventsMax: number;
  /** What is read at once for those that are behind. */
  readonly pageEvents: number;
  readonly pageBytes: number;
  /** Of it, so many are offered between two turns of the event loop: about a millisecond's work. */
  readonly sliceEvents: number;
  /** A quiet watch that asked for it is told of progress after this, and up to a tenth of it more. */
  readonly progressMs: Millis;
}

export const WATCH_LIMITS: WatchLimits = {
  watchesMax: 100_000,
  keyBytesMax: 64 * 1024 * 1024,
  streamBytesMax: 4 * 1024 * 1024,
  recentBytesMax: 2 * 1024 * 1024,
  recentEventsMax: 4_096,
  pageEvents: 1_000,
  pageBytes: 1024 * 1024,
  sliceEvents: 1_000,
  progressMs: 600_000,
};

/** What an event takes in memory beside its key and value while it waits, with what was before it, bytes, roughly. */
const EVENT_OVERHEAD_BYTES = 512;

export function weightOf({ key, value }: BlockEvent, previous?: KeyValue): number {
  return EVENT_OVERHEAD_BYTES + key.length + value.length + (previous?.value.length ?? 0);
}
