import type {
  CommandBatch,
  KeyValue,
  Operation,
  OperationResult,
  RangeAnswer,
  RangeQuery,
} from "../src/index.ts";
import { compactedRefusal, futureRefusal } from "../src/refusal.ts";
import {
  bytes,
  compareNumber,
  compareValue,
  del,
  put,
  queryOf,
  range,
  sessionId,
  txn,
} from "./test-store.ts";

/** Every form of the formats at least once. Never change one: add others. */
export const BATCHES: Readonly<Record<string, CommandBatch>> = {
  put: batch(1, 0, [put("key", "value")]),
  "put-all-fields": batch(2 ** 40, 2 ** 33, [
    put("k", "", { lease: -(2n ** 63n), prevKv: true, ignoreValue: true, ignoreLease: true }),
  ]),
  "put-lease": batch(1, 1, [put("k", "v", { lease: 2n ** 53n + 1n })]),
  "delete-one": batch(1, 1, [del("k")]),
  "delete-all": batch(1, 1, [del("\0", "\0", true)]),
  txn: batch(7, 5, [
    txn(
      [
        compareNumber("k", "version", "equal", 0n),
        compareNumber("k", "create", "greater", 5_000_000_000n),
        compareNumber("k", "mod", "less", -1n),
        compareNumber("k", "lease", "not-equal", 2n ** 63n - 1n),
        { ...compareValue("a", "equal", "x"), rangeEnd: bytes("b") },
      ],
      [put("k", "1"), range({ from: "k" }), txn([], [del("x", "y")])],
      [range({ from: "a", to: "\0", limit: 3, countOnly: true })],
    ),
  ]),
  "session-open": batch(0, 0, [{ kind: "session-open" }]),
  "session-open-behind": batch(1, 1, [{ kind: "session-open", behind: 300 }]),
  "session-expire": batch(3, 3, [
    { kind: "session-expire", sessions: [{ session: sessionId(9), idleSince: 77 }] },
  ]),
  compact: batch(4, 3, [{ kind: "compact", revision: 5_000_000_000 }, put("k", "v")]),
  leases: batch(4, 3, [
    { kind: "lease-grant", id: 7n, ttlSeconds: 60 },
    { kind: "lease-grant", id: -(2n ** 63n), ttlSeconds: 9_000_000_000 },
    { kind: "lease-revoke", id: 2n ** 63n - 1n, expiry: undefined },
    { kind: "lease-revoke", id: 7n, expiry: { renewedAt: 5_000_000_000, term: 3 } },
    { kind: "lease-renew", ids: [7n, 2n ** 53n + 1n] },
    {
      kind: "lease-checkpoint",
      leases: [{ id: 7n, renewedAt: 12, remainingSeconds: 5_000_000_000 }],
    },
    { kind: "compact", revision: 3 },
  ]),
  alarms: batch(4, 3, [
    { kind: "alarm", action: "activate", alarm: { member: 5_000_000_000n, kind: "nospace" } },
    { kind: "alarm", action: "deactivate", alarm: { member: 2n ** 64n - 1n, kind: "corrupt" } },
    { kind: "alarm", action: "raise", alarm: { member: 1n, kind: "nospace" } },
    { kind: "alarm", action: "clear", alarm: { member: 1n, kind: "nospace" } },
    { kind: "lease-grant", id: 7n, ttlSeconds: 60 },
    { kind: "compact", revision: 3 },
  ]),
};

export const QUERIES: Readonly<Record<string, readonly RangeQuery[]>> = {
  point: [queryOf({ from: "k" })],
  "two-points": [queryOf({ from: "k" }), queryOf({ from: "l" })],
  prefix: [queryOf({ from: "a/", to: "a0", keysOnly: true })],
  full: [
    queryOf({
      from: "a",
      to: "\0",
      limit: 10,
      revision: 2 ** 34,
      sortOrder: "descend",
      sortTarget: "value",
      keysOnly: true,
      countOnly: true,
      minModRevision: 1,
      maxModRevision: 2,
      minCreateRevision: 3,
      maxCreateRevision: -4,
    }),
  ],
};

const PAIR: KeyValue = {
  key: bytes("k"),
  value: bytes("v"),
  createRevision: 2,
  modRevision: 5_000_000_000,
  version: 3,
  lease: 0n,
};

export const RESULTS: Readonly<Record<string, readonly OperationResult[]>> = {
  puts: [
    { kind: "put", revision: 2, prevKv: undefined },
    { kind: "put", revision: 2 ** 32, prevKv: { ...PAIR, lease: 2n ** 62n } },
  ],
  deletes: [
    { kind: "delete-range", revision: 2, deleted: 0, prevKvs: [] },
    { kind: "delete-range", revision: 2, deleted: 1, prevKvs: [PAIR] },
  ],
  txn: [
    {
      kind: "txn",
      revision: 9,
      succeeded: true,
      responses: [
        { kind: "put", revision: 9, prevKv: undefined },
        { kind: "range", range: { revision: 9, kvs: [PAIR], more: true, count: 7 } },
        { kind: "txn", revision: 9, succeeded: false, responses: [] },
      ],
    },
  ],
  sessions: [
    { kind: "session-open", revision: 1 },
    { kind: "session-expire", revision: 1 },
    { kind: "answer-gone", revision: 300 },
  ],
  failures: [
    { kind: "failed", revision: 4, failure: { reason: "lease-not-found" } },
    { kind: "failed", revision: 4, failure: { reason: "key-not-found" } },
    { kind: "failed", revision: 4, failure: { reason: "compacted", compactRevision: 3 } },
    { kind: "failed", revision: 4, failure: { reason: "future-revision" } },
    { kind: "failed", revision: 4, failure: { reason: "session-expired" } },
    { kind: "failed", revision: 4, failure: { reason: "too-many-sessions" } },
    { kind: "failed", revision: 4, failure: { reason: "sequence-forgotten" } },
    { kind: "failed", revision: 4, failure: { reason: "sequence-beyond-window" } },
    { kind: "failed", revision: 4, failure: { reason: "malformed" } },
  ],
  compact: [
    { kind: "compact", revision: 5_000_000_000 },
    { kind: "put", revision: 2, prevKv: undefined },
  ],
  "too-many-deletions": [
    { kind: "failed", revision: 5_000_000_000, failure: { reason: "too-many-deletions" } },
    { kind: "failed", revision: 4, failure: { reason: "malformed" } },
  ],
  leases: [
    { kind: "lease-grant", revision: 4 },
    { kind: "lease-revoke", revision: 5_000_000_000, deleted: 3 },
    { kind: "lease-renew", revision: 4, ttls: [60, 0, 9_000_000_000] },
    { kind: "lease-checkpoint", revision: 4 },
    { kind: "failed", revision: 4, failure: { reason: "lease-exists" } },
    { kind: "failed", revision: 4, failure: { reason: "too-many-leases" } },
    { kind: "failed", revision: 4, failure: { reason: "lease-full" } },
    { kind: "failed", revision: 4, failure: { reason: "expiry-overtaken" } },
  ],
  alarms: [
    { kind: "alarm", revision: 4, found: true },
    { kind: "alarm", revision: 5_000_000_000, found: false },
    { kind: "failed", revision: 4, failure: { reason: "no-space" } },
    { kind: "failed", revision: 4, failure: { reason: "corrupt" } },
    { kind: "failed", revision: 4, failure: { reason: "too-many-alarms" } },
    { kind: "lease-grant", revision: 4 },
  ],
};

export const RANGE_RESULTS: Readonly<Record<string, readonly RangeAnswer[]>> = {
  found: [{ revision: 9, kvs: [PAIR], more: false, count: 1 }],
  missing: [{ revision: 9, kvs: [], more: false, count: 0 }],
  refused: [compactedRefusal(5), futureRefusal()],
};

/** A log whose rows are golden: small and large values, a rewrite, deletions, a transaction, acknowledgements. */
export const LOG: readonly CommandBatch[] = [
  batch(0, 0, [{ kind: "session-open" }]),
  batch(0, 0, [put("a", "1"), put("zero\0key", "2"), put("large", "x".repeat(300))]),
  batch(3, 0, [put("a", "3", { prevKv: true }), del("zero", "zz"), del("nothing")]),
  batch(6, 4, [txn([], [put("t", "4"), del("a"), put("u", "")])]),
];

/** A log with leases: of which one is renewed and one is gone, and keys that hang on them, do no longer, or move. */
export const LEASE_LOG: readonly CommandBatch[] = [
  batch(0, 0, [{ kind: "session-open" }]),
  batch(1, 0, [
    { kind: "lease-grant", id: 7n, ttlSeconds: 60 },
    { kind: "lease-grant", id: -1n, ttlSeconds: 300 },
    { kind: "lease-grant", id: 8n, ttlSeconds: 2 },
    put("a", "1", { lease: 7n }),
    put("b\0", "2", { lease: 7n }),
    put("moves", "3", { lease: 7n }),
    put("dies", "4", { lease: 8n }),
  ]),
  batch(8, 8, [
    put("moves", "5", { lease: -1n }),
    put("a", "6"),
    { kind: "lease-renew", ids: [7n, 9n] },
    { kind: "lease-checkpoint", leases: [{ id: -1n, renewedAt: 2, remainingSeconds: 250 }] },
    { kind: "lease-revoke", id: 8n, expiry: { renewedAt: 2, term: 3 } },
  ]),
];

/** A log with alarms: of which one is ended again, and what they refuse. */
export const ALARM_LOG: readonly CommandBatch[] = [
  batch(0, 0, [{ kind: "session-open" }]),
  batch(1, 0, [
    { kind: "alarm", action: "activate", alarm: { member: 0x1234n, kind: "corrupt" } },
    del("a"),
    { kind: "alarm", action: "deactivate", alarm: { member: 0x1234n, kind: "corrupt" } },
    { kind: "alarm", action: "raise", alarm: { member: 2n ** 64n - 1n, kind: "nospace" } },
    { kind: "alarm", action: "activate", alarm: { member: 5n, kind: "nospace" } },
    { kind: "alarm", action: "clear", alarm: { member: 5n, kind: "nospace" } },
    put("a", "1"),
  ]),
];

/** What follows on {@link LOG}: rows are golden amid collecting it and behind. */
export const COMPACTION: CommandBatch = batch(9, 9, [{ kind: "compact", revision: 6 }]);

function batch(
  firstSequence: number,
  ackedBelow: number,
  operations: readonly Operation[],
): CommandBatch {
  return { session: sessionId(0xab), firstSequence, ackedBelow, operations };
}
