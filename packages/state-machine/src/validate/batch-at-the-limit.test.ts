import { describe, expect, test } from "vitest";
import { drive } from "../../test/memory-rows.ts";
import { put, TestStore, txn } from "../../test/test-store.ts";
import {
  BATCH_ARRAYS_MAX,
  DEFAULT_OPERATION_LIMITS,
  decodeBatch,
  encodeBatch,
  type Operation,
  type TxnBranchOperation,
  type TxnOperation,
  validateBatch,
} from "../index.ts";

const INNER = 127;
const SESSION = new Uint8Array(16).fill(7);

describe("a batch of the smallest operations that the limit of bytes allows", () => {
  const nothing: TxnOperation = { kind: "txn", compares: [], success: [], failure: [] };

  test("has 8,192 of them", () => {
    const most = txns(64, () => nothing);

    expect(refusalOf(most)).toBeUndefined();
    expect(refusalOf([...most, nothing])).toBe("request-too-large");
  });

  test("has no more arrays than are decoded for a stranger; one more is refused", () => {
    const bytes = encoded(txns(64, () => nothing));
    const over = encoded([...txns(64, () => nothing), nothing]);

    expect(decodeBatch(bytes, { arraysMax: BATCH_ARRAYS_MAX }).operations).toHaveLength(64);
    expect(() => decodeBatch(over, { arraysMax: BATCH_ARRAYS_MAX })).toThrow(/more arrays than/);
    expect(decodeBatch(over).operations).toHaveLength(65);
  });

  test("is applied in slices of some five hundred writes", () => {
    const store = TestStore.opened();
    const operations = txns(62, (at) => put(`k${at}`, ""));
    expect(refusalOf(operations)).toBeUndefined();
    const payload = encodeBatch({
      session: store.session,
      firstSequence: 1,
      ackedBelow: 0,
      operations,
    });
    let rows = store.rows.own.size;
    let most = 0;

    drive(store.machine.apply({ index: 2, term: 1, payload }), store.rows.own, () => {
      most = Math.max(most, store.rows.own.size - rows);
      rows = store.rows.own.size;
    });

    expect(store.rows.own.size).toBeGreaterThan(2 * 62 * INNER);
    // Two rows a put, and a block at times.
    expect(most).toBeLessThan(1100);
  });
});

function txns(count: number, inner: (at: number) => TxnBranchOperation): readonly Operation[] {
  return Array.from({ length: count }, (_, outer) =>
    txn(
      [],
      Array.from({ length: INNER }, (_, at) => inner(outer * INNER + at)),
    ),
  );
}

function batchOf(operations: readonly Operation[]) {
  return { session: SESSION, firstSequence: 1, ackedBelow: 1, operations };
}

function encoded(operations: readonly Operation[]): Uint8Array {
  return encodeBatch(batchOf(operations));
}

function refusalOf(operations: readonly Operation[]): string | undefined {
  return validateBatch(batchOf(operations), DEFAULT_OPERATION_LIMITS)?.reason;
}
