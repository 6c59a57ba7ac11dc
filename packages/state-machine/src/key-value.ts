import type { Revision } from "@holdfast/base";

/** One key at one revision, as etcd shows it (etcd-v3.md §3.1). */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** The revision at which the key was made, or made again after a deletion. */
  readonly createRevision: Revision;
  /** The revision of this value. */
  readonly modRevision: Revision;
  /** 1 at creation, one more with each put. */
  readonly version: number;
  /** The lease attached by the last put; 0n is none. */
  readonly lease: bigint;
}
