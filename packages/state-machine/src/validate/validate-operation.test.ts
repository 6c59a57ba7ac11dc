import { describe, expect, test } from "vitest";
import { bytes, compareNumber, del, put, queryOf, range, txn } from "../../test/test-store.ts";
import type { CommandBatch, Operation, RangeQuery, TxnOperation } from "../index.ts";
import { DEFAULT_OPERATION_LIMITS as LIMITS } from "./operation-limits.ts";
import { validateBatch } from "./validate-batch.ts";
import { validateOperation } from "./validate-operation.ts";
import { validateQuery } from "./validate-query.ts";

const NO_KEY = "etcdserver: key is not provided";
const TOO_MANY = "etcdserver: too many operations in txn request";
const DUPLICATE = "etcdserver: duplicate key given in txn request";

function nested(levels: number, inner: TxnOperation): TxnOperation {
  let made = inner;
  for (let level = 0; level < levels; level++) made = txn([], [made]);
  return made;
}

function many<Item>(count: number, make: (at: number) => Item): Item[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

const refused: readonly (readonly [string, Operation, string])[] = [
  ["a put without a key", put(""), NO_KEY],
  ["a deletion without a key", del("", "\0"), NO_KEY],
  ["a range without a key", txn([], [range({ from: "" })]), NO_KEY],
  ["a put without a key in the branch not taken", txn([], [], [put("")]), NO_KEY],
  ["a compare without a key", txn([compareNumber("", "mod", "equal", 0n)], []), NO_KEY],
  [
    "a value beside ignoreValue",
    put("a", "v", { ignoreValue: true }),
    "etcdserver: value is provided",
  ],
  [
    "a lease beside ignoreLease",
    put("a", "v", { ignoreLease: true, lease: 1n }),
    "etcdserver: lease is provided",
  ],
  [
    "129 operations",
    txn(
      [],
      many(129, (at) => put(`k${at}`)),
    ),
    TOO_MANY,
  ],
  [
    "129 compares",
    txn(
      many(129, () => compareNumber("a", "mod", "equal", 0n)),
      [],
    ),
    TOO_MANY,
  ],
  [
    "more nested operations than the parent left",
    txn(
      [],
      [
        ...many(99, (at) => put(`k${at}`)),
        txn(
          [],
          many(29, (at) => put(`n${at}`)),
        ),
      ],
    ),
    TOO_MANY,
  ],
  ["129 levels that each hold one", nested(128, txn([], [put("a")])), TOO_MANY],
  ["one key put twice", txn([], [put("a"), put("a")]), DUPLICATE],
  ["one key put twice in the other branch", txn([], [], [put("a"), put("a")]), DUPLICATE],
  ["a key put again further in", txn([], [put("a"), txn([], [put("a")])]), DUPLICATE],
  [
    "a key put by two nested ones",
    txn([], [txn([], [put("a")]), txn([], [], [put("a")])]),
    DUPLICATE,
  ],
  ["a key put and deleted", txn([], [put("a"), del("a")]), DUPLICATE],
  ["a key put inside a deleted range", txn([], [del("a", "c"), put("b")]), DUPLICATE],
  [
    "a key put further in than its deletion",
    txn([], [del("a", "c"), txn([], [put("b")])]),
    DUPLICATE,
  ],
  [
    "a key put beside its nested deletion",
    txn([], [txn([], [], [del("a", "c")]), put("b")]),
    DUPLICATE,
  ],
  [
    "a key between overlapping deletions",
    txn([], [del("a", "c"), del("b", "d"), del("x"), put("c")]),
    DUPLICATE,
  ],
  ["a request above 1.5 MiB", put("a", "v".repeat(1_572_864)), "etcdserver: request is too large"],
];

const accepted: readonly (readonly [string, Operation])[] = [
  ["an empty value", put("a", "")],
  [
    "128 of each",
    txn(
      many(128, () => compareNumber("a", "mod", "equal", 0n)),
      many(128, (at) => put(`k${at}`)),
    ),
  ],
  ["128 levels, the last with nothing", nested(128, txn([], []))],
  ["the same key in either branch", txn([], [put("a")], [put("a")])],
  ["the same key in either branch of a nested one", txn([], [txn([], [put("a")], [put("a")])])],
  [
    "a put in one branch of a nested one that the other deletes",
    txn([], [txn([], [put("a")], [del("a", "c")])]),
  ],
  ["overlapping deletions", txn([], [del("a", "c"), del("b", "d"), del("b")])],
  ["a put at the end of a deleted range", txn([], [del("a", "c"), put("c")])],
  ["a put behind an open-ended deletion, as etcd", txn([], [del("a", "\0"), put("b")])],
  [
    "a nested put before a sibling's deletion, as etcd",
    txn([], [txn([], [put("a")]), txn([], [del("a")])]),
  ],
  ["a range over what is put", txn([], [put("a"), range({ from: "\0", to: "\0" })])],
];

describe("a client's operation", () => {
  test.each(refused)("%s is refused", (_, operation, message) => {
    expect(validateOperation(operation, LIMITS)).toMatchObject({
      kind: "refusal",
      code: "INVALID_ARGUMENT",
      message,
    });
  });

  test.each(accepted)("%s is accepted", (_, operation) => {
    expect(validateOperation(operation, LIMITS)).toBeUndefined();
  });

  test("never expires sessions", () => {
    const refusal = validateOperation({ kind: "session-expire", sessions: [] }, LIMITS);

    expect(refusal?.reason).toBe("session-operation");
  });

  test("with a hundred thousand operations in three levels is judged at once", () => {
    const level = (depth: number, prefix: string): TxnOperation =>
      txn(
        [],
        many(depth === 0 ? 44 : 42, (at) =>
          depth === 0
            ? del(`${prefix}/${at}/a`, `${prefix}/${at}/b`)
            : level(depth - 1, `${prefix}/${at}`),
        ),
      );

    expect(validateOperation(level(2, ""), { ...LIMITS, requestBytesMax: 1e9 })).toBeUndefined();
  });
});

describe("a query", () => {
  test("needs a key", () => {
    expect(validateQuery(queryOf({ from: "" }))?.message).toBe(NO_KEY);
    expect(validateQuery(queryOf({ from: "a" }))).toBeUndefined();
  });

  test("needs an order that there is", () => {
    const query = { ...queryOf({ from: "a" }), sortOrder: "sideways" } as unknown as RangeQuery;

    expect(validateQuery(query)?.message).toBe("etcdserver: invalid sort option");
  });
});

describe("a client's batch", () => {
  const batch: CommandBatch = {
    session: new Uint8Array(16),
    firstSequence: 5,
    ackedBelow: 5,
    operations: [put("a")],
  };

  test.each<readonly [string, Partial<CommandBatch>, string, number | undefined]>([
    ["without operations", { operations: [] }, "batch-size", undefined],
    ["of 1,025 operations", { operations: many(1025, () => put("a")) }, "batch-size", undefined],
    ["with a short session id", { session: bytes("short") }, "session-id", undefined],
    ["beyond its window", { firstSequence: 5 + 8192 }, "sequence-beyond-window", undefined],
    ["with one bad operation", { operations: [put("a"), put("")] }, "key-not-provided", 1],
    [
      "that opens a session among others",
      { operations: [put("a"), { kind: "session-open" }] },
      "session-operation",
      undefined,
    ],
    [
      "above 1.5 MiB together",
      { operations: many(2, () => put("a", "v".repeat(800_000))) },
      "request-too-large",
      undefined,
    ],
  ])("%s is refused", (_, change, reason, operation) => {
    expect(validateBatch({ ...batch, ...change }, LIMITS)).toMatchObject({ reason, operation });
  });

  test("of 1,024 operations at the end of its window is accepted", () => {
    const operations = many(1024, () => put("a"));

    const refusal = validateBatch({ ...batch, firstSequence: 5 + 8192 - 1024, operations }, LIMITS);

    expect(refusal).toBeUndefined();
  });

  test("that opens its session alone is accepted", () => {
    expect(
      validateBatch({ ...batch, operations: [{ kind: "session-open" }] }, LIMITS),
    ).toBeUndefined();
  });
});
