import type { Revision } from "@holdfast/base";
import type { KeyValue } from "@holdfast/state-machine";

/** What a node is asked to tell. */
export interface WatchRequest {
  readonly key: Uint8Array;
  /** Empty: one key; one zero byte: to the end. */
  readonly rangeEnd: Uint8Array;
  /** 0: what comes from now on. */
  readonly startRevision: Revision;
  readonly previous: boolean;
  readonly puts: boolean;
  readonly deletions: boolean;
}

/** A change as a node tells it. */
export interface ToldChange {
  readonly kind: "put" | "delete";
  /** Of a deletion only key and revision. */
  readonly kv: KeyValue;
  readonly previous: KeyValue | undefined;
}

/** What comes of a watch on one node; after `ended` nothing does. */
export interface WatchListener {
  /** The node tells everything behind `revision`, or from where it was asked to. */
  created(revision: Revision): void;
  /** Everything up to `revision` has been told with this. */
  told(changes: readonly ToldChange[], revision: Revision): void;
  /** The node no longer has what comes next; `compactRevision` is the first that it has. */
  compacted(compactRevision: Revision): void;
  /** The node does not take this watch. */
  refused(reason: string): void;
  ended(reason: string): void;
  /** The node has no room for this watch; then nothing more comes either. */
  full(reason: string): void;
}

/** A watch on one node. */
export interface OpenWatch {
  /** Nothing more is taken from the node until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Connections for watches, injected. */
export interface WatchTransport {
  open(address: string, request: WatchRequest, listener: WatchListener): OpenWatch;
  /** Ends its connections. */
  close(): void;
}
