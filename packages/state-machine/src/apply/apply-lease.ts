import {
  fromByteString,
  type LogIndex,
  needScan,
  pause,
  type Steps,
  type Term,
} from "@holdfast/base";
import type {
  ApplyFailure,
  LeaseOperation,
  LeaseRenewOperation,
  LeaseRevokeOperation,
} from "../command.ts";
import { LEASES_MAX } from "../leases/lease-table.ts";
import type { FailedResult, LeaseResult } from "../result.ts";
import { attachmentBounds, keyOfAttachment } from "../rows/lease-row.ts";
import type { RevisionWriter } from "./revision-writer.ts";

/** Keys that are looked for at once. */
const PAGE_ROWS = 500;
/** Of the {@link WorkMeter}: what a deletion takes, and the row that hung the key on its lease. */
const UNITS_PER_KEY = 5;

/** The entry that is being applied. */
export interface EntryAt {
  readonly index: LogIndex;
  readonly term: Term;
}

/** Applies what is asked of leases (etcd-v3.md §5.8; decision 22). */
export function* applyLease(
  operation: LeaseOperation,
  writer: RevisionWriter,
  entry: EntryAt,
): Steps<LeaseResult | FailedResult> {
  const { leases } = writer;
  switch (operation.kind) {
    case "lease-grant":
      if (leases.find(operation.id) !== undefined) return failed(writer, "lease-exists");
      if (leases.count >= LEASES_MAX) return failed(writer, "too-many-leases");
      leases.grant(operation.id, operation.ttlSeconds, entry.index);
      return { kind: "lease-grant", revision: writer.revision };
    case "lease-revoke":
      return yield* revoke(operation, writer, entry);
    case "lease-renew":
      return yield* renew(operation, writer, entry);
    case "lease-checkpoint":
      for (const seen of operation.leases) {
        leases.checkpoint(seen);
        if (writer.work.spend()) yield* pause();
      }
      return { kind: "lease-checkpoint", revision: writer.revision };
  }
}

function* renew(
  { ids }: LeaseRenewOperation,
  writer: RevisionWriter,
  { index }: EntryAt,
): Steps<LeaseResult> {
  const ttls: number[] = [];
  for (const id of ids) {
    ttls.push(writer.leases.renew(id, index));
    if (writer.work.spend()) yield* pause();
  }
  return { kind: "lease-renew", revision: writer.revision, ttls };
}

/** Ends a lease and deletes what hangs on it, all in one revision, in the order of its keys. */
function* revoke(
  { id, expiry }: LeaseRevokeOperation,
  writer: RevisionWriter,
  { term }: EntryAt,
): Steps<LeaseResult | FailedResult> {
  const lease = writer.leases.find(id);
  if (lease === undefined) return failed(writer, "lease-not-found");
  // A leader judged by what it had seen, and only while it led: renewed since, or led by another, it lives on.
  if (expiry !== undefined && (expiry.renewedAt !== lease.renewedAt || expiry.term !== term)) {
    return failed(writer, "expiry-overtaken");
  }
  const deleted = yield* deleteAttached(id, writer);
  writer.leases.end(id);
  return { kind: "lease-revoke", revision: writer.revision, deleted };
}

function* deleteAttached(id: bigint, writer: RevisionWriter): Steps<number> {
  let { from, to } = attachmentBounds(writer.layout, id);
  let deleted = 0;
  while (true) {
    const rows = yield* needScan({ from, to, limit: PAGE_ROWS, keysOnly: true });
    for (const row of rows) {
      const key = keyOfAttachment(writer.layout, row.key);
      writer.remove(key, fromByteString(key), id);
      if (writer.work.spend(UNITS_PER_KEY)) yield* pause();
    }
    deleted += rows.length;
    if (rows.length < PAGE_ROWS) return deleted;
    from = `${rows.at(-1)?.key}\0`;
  }
}

function failed(
  writer: RevisionWriter,
  reason: Exclude<ApplyFailure["reason"], "compacted">,
): FailedResult {
  return { kind: "failed", revision: writer.revision, failure: { reason } };
}
