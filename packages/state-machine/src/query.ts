import type { Revision } from "@holdfast/base";
import type { KeyValue } from "./key-value.ts";

export type SortTarget = "key" | "version" | "create" | "mod" | "value";
export type SortOrder = "none" | "ascend" | "descend";

/** A read of one key or a range (etcd-v3.md §5.1). */
export interface RangeQuery {
  readonly key: Uint8Array;
  /** Empty: only `key`. One zero byte: everything from `key` on. Otherwise half open. */
  readonly rangeEnd: Uint8Array;
  /** 0 is none. */
  readonly limit: number;
  /** 0 is the latest. */
  readonly revision: Revision;
  readonly sortOrder: SortOrder;
  readonly sortTarget: SortTarget;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** Bounds are inclusive; 0 is off. */
  readonly minModRevision: Revision;
  readonly maxModRevision: Revision;
  readonly minCreateRevision: Revision;
  readonly maxCreateRevision: Revision;
}

export interface RangeResult {
  /** The store's revision when it was read, whatever revision was asked for. */
  readonly revision: Revision;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** Keys in the range at that revision, whatever the limit and the bounds. */
  readonly count: number;
}

/** A read of the latest value of one key, with all else at its default. */
export function pointQuery(key: Uint8Array): RangeQuery {
  return {
    key,
    rangeEnd: new Uint8Array(0),
    limit: 0,
    revision: 0,
    sortOrder: "none",
    sortTarget: "key",
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}
