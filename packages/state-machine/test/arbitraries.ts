import type { ByteString } from "@holdfast/base";
import fc from "fast-check";
import type {
  Compare,
  DeleteRangeOperation,
  LeaseOperation,
  Operation,
  RangeQuery,
  TxnBranchOperation,
  TxnOperation,
} from "../src/index.ts";
import { bytes, del, put, queryOf } from "./test-store.ts";

/** Few keys, so that operations meet; zero and high bytes, so that order is tried at its edges. */
export const keys = fc.constantFrom<ByteString[]>(
  "a",
  "a\0",
  "a\0\0",
  "a\0\u0001",
  "a\u0001",
  "ab",
  "a\u00ff",
  "b",
  "\0",
  "\u00ff",
  "\u00ff\u00ff",
);

const rangeEnds = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: fc.constant("\0") },
  { weight: 3, arbitrary: keys },
);

/** Below and above what stands inline, and above what a session keeps. */
const values = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("", "1", "2", "v\0w", "\u00ff") },
  { weight: 1, arbitrary: fc.constantFrom("i".repeat(256), "r".repeat(257)) },
  { weight: 1, arbitrary: fc.constant("g".repeat(1100)) },
);

const revisions = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 200 }) },
);

const bounds = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) },
);

export const queries: fc.Arbitrary<RangeQuery> = fc
  .record({
    from: keys,
    to: rangeEnds,
    limit: fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 5 })),
    revision: revisions,
    sortOrder: fc.constantFrom("none" as const, "ascend" as const, "descend" as const),
    sortTarget: fc.constantFrom(
      "key" as const,
      "version" as const,
      "create" as const,
      "mod" as const,
      "value" as const,
    ),
    keysOnly: fc.boolean(),
    countOnly: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.boolean()),
    minModRevision: bounds,
    maxModRevision: bounds,
    minCreateRevision: bounds,
    maxCreateRevision: bounds,
  })
  .map(queryOf);

/** At both ends of what an id may be: rows of leases sort by their unsigned bytes. */
export const leaseIds: fc.Arbitrary<bigint> = fc.constantFrom(7n, 2n ** 63n - 1n, -1n);

const puts = fc
  .record({
    key: keys,
    value: values,
    lease: fc.oneof({ weight: 6, arbitrary: fc.constant(0n) }, leaseIds),
    prevKv: fc.boolean(),
    mode: fc.oneof(
      { weight: 6, arbitrary: fc.constant("plain") },
      fc.constantFrom("ignore-value", "ignore-lease", "both"),
    ),
  })
  .map(({ key, value, lease, prevKv, mode }) => {
    const ignoreValue = mode === "ignore-value" || mode === "both";
    const ignoreLease = mode === "ignore-lease" || mode === "both";
    return put(key, ignoreValue ? "" : value, {
      lease: ignoreLease ? 0n : lease,
      prevKv,
      ignoreValue,
      ignoreLease,
    });
  });

export const deletes: fc.Arbitrary<DeleteRangeOperation> = fc
  .tuple(keys, rangeEnds, fc.boolean())
  .map(([key, end, prevKv]) => del(key, end, prevKv));

const compareResults = fc.constantFrom<Compare["result"][]>(
  "equal",
  "greater",
  "less",
  "not-equal",
);

export const compares: fc.Arbitrary<Compare> = fc
  .tuple(
    keys,
    rangeEnds,
    compareResults,
    fc.oneof(
      fc.record({
        target: fc.constantFrom(
          "version" as const,
          "create" as const,
          "mod" as const,
          "lease" as const,
        ),
        operand: fc.oneof(
          fc.bigInt({ min: -1n, max: 12n }),
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        ),
      }),
      fc.record({ target: fc.constant("value" as const), operand: values.map(bytes) }),
    ),
  )
  .map(([key, end, result, rest]) => ({ key: bytes(key), rangeEnd: bytes(end), result, ...rest }));

const { branchOperation } = fc.letrec<{
  branchOperation: TxnBranchOperation;
  txn: TxnOperation;
}>((tie) => ({
  branchOperation: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 4, arbitrary: puts },
    { weight: 2, arbitrary: deletes },
    { weight: 3, arbitrary: queries.map((query) => ({ kind: "range" as const, query })) },
    { weight: 2, arbitrary: tie("txn") },
  ),
  txn: fc.record({
    kind: fc.constant("txn" as const),
    compares: fc.array(compares, { maxLength: 2 }),
    success: fc.array(tie("branchOperation"), { maxLength: 3 }),
    failure: fc.array(tie("branchOperation"), { maxLength: 3 }),
  }),
}));

export const txns: fc.Arbitrary<TxnOperation> = fc.record({
  kind: fc.constant("txn" as const),
  compares: fc.array(compares, { maxLength: 2 }),
  success: fc.array(branchOperation, { maxLength: 4 }),
  failure: fc.array(branchOperation, { maxLength: 3 }),
});

const compactions = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 30 }) },
    fc.integer({ min: 0, max: 200 }),
  )
  .map((revision) => ({ kind: "compact" as const, revision }));

const leaseOperations: fc.Arbitrary<LeaseOperation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("lease-grant" as const),
      id: leaseIds,
      ttlSeconds: fc.constantFrom(1, 60, 9_000_000_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("lease-revoke" as const),
      id: leaseIds,
      expiry: fc.option(fc.record({ renewedAt: fc.nat({ max: 9 }), term: fc.nat({ max: 2 }) }), {
        nil: undefined,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("lease-renew" as const),
      ids: fc.oneof(
        { weight: 9, arbitrary: fc.array(leaseIds, { maxLength: 3 }) },
        // More than a session keeps the answer of.
        leaseIds.map((id) => new Array<bigint>(200).fill(id)),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("lease-checkpoint" as const),
      leases: fc.array(
        fc.record({
          id: leaseIds,
          renewedAt: fc.nat({ max: 9 }),
          remainingSeconds: fc.nat({ max: 99 }),
        }),
        { maxLength: 2 },
      ),
    }),
  },
);

export const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 10, arbitrary: puts },
  { weight: 6, arbitrary: deletes },
  { weight: 6, arbitrary: txns },
  { weight: 1, arbitrary: compactions },
  { weight: 4, arbitrary: leaseOperations },
);
