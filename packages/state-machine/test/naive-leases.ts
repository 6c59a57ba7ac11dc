import { type ByteString, toByteString } from "@holdfast/base";
import type { ApplyFailure, KeyValue, LeaseOperation, OperationResult } from "../src/index.ts";

/** A lease told in the plainest way: what hangs on it is looked up among all keys. */
export interface NaiveLease {
  readonly ttlSeconds: number;
  remainingSeconds: number;
  renewedAt: number;
}

interface NaiveState {
  revision: number;
  readonly index: number;
  readonly leases: Map<bigint, NaiveLease>;
  stateAt(revision: number): ReadonlyMap<ByteString, KeyValue>;
  write(changes: readonly { readonly key: ByteString; readonly pair: undefined }[]): void;
}

/** The term that tests apply entries in. */
const TERM = 1;

export function applyToLeases(store: NaiveState, operation: LeaseOperation): OperationResult {
  const { leases, index } = store;
  const failed = (failure: ApplyFailure): OperationResult => {
    return { kind: "failed", revision: store.revision, failure };
  };
  switch (operation.kind) {
    case "lease-grant": {
      const { id, ttlSeconds } = operation;
      if (leases.has(id)) return failed({ reason: "lease-exists" });
      leases.set(id, { ttlSeconds, remainingSeconds: ttlSeconds, renewedAt: index });
      return { kind: "lease-grant", revision: store.revision };
    }
    case "lease-revoke": {
      const { id, expiry } = operation;
      const lease = leases.get(id);
      if (lease === undefined) return failed({ reason: "lease-not-found" });
      const isOvertaken = expiry?.renewedAt !== lease.renewedAt || expiry.term !== TERM;
      if (expiry !== undefined && isOvertaken) return failed({ reason: "expiry-overtaken" });
      const keys = attachedTo(store.stateAt(store.revision), id);
      store.write(keys.map((key) => ({ key, pair: undefined })));
      leases.delete(id);
      return { kind: "lease-revoke", revision: store.revision, deleted: keys.length };
    }
    case "lease-renew": {
      const ttls = operation.ids.map((id) => {
        const lease = leases.get(id);
        if (lease === undefined) return 0;
        lease.remainingSeconds = lease.ttlSeconds;
        lease.renewedAt = index;
        return lease.ttlSeconds;
      });
      return { kind: "lease-renew", revision: store.revision, ttls };
    }
    case "lease-checkpoint":
      for (const { id, renewedAt, remainingSeconds } of operation.leases) {
        const lease = leases.get(id);
        if (lease?.renewedAt !== renewedAt) continue;
        lease.remainingSeconds = Math.min(lease.remainingSeconds, remainingSeconds);
      }
      return { kind: "lease-checkpoint", revision: store.revision };
  }
}

/** The keys that hang on a lease, in order. */
export function attachedTo(
  state: ReadonlyMap<ByteString, KeyValue>,
  id: bigint,
): readonly ByteString[] {
  const pairs = [...state.values()].filter(({ lease }) => lease === id);
  return pairs.map(({ key }) => toByteString(key)).sort((a, b) => (a < b ? -1 : 1));
}
