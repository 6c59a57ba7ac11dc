import { expect, test } from "vitest";
import { checkStrictlySerializable } from "../transactions/strictly-serializable.ts";
import type { Transaction, TransactionStep } from "../transactions/transaction.ts";
import { drawTransactions } from "./draw-transactions.ts";

function txn(called: number, returned: number, ...steps: readonly TransactionStep[]): Transaction {
  return { client: "c", called, returned, steps, outcome: "committed" };
}

const STALE = [
  txn(0, 1, { kind: "append", key: "x", value: 7 }),
  txn(2, 3, { kind: "read", key: "y", values: [] }, { kind: "read", key: "x", values: [] }),
  txn(4, 5, { kind: "read", key: "x", values: [7] }),
];

test("a cycle shows its transactions, each edge with its kind and reason, and when they ran", () => {
  const page = drawTransactions(checkStrictlySerializable(STALE));

  expect(page).toContain("<h1>Not strictly serializable: G-single-realtime</h1>");
  expect(page.match(/class="box"/g)).toHaveLength(2);
  expect(page.match(/class="edge (rw|realtime)"/g)).toHaveLength(2);
  expect(page.match(/class="bar"/g)).toHaveLength(2);
  expect(page).toContain("T2 read x as empty, without 7, which T1 appended");
  expect(page).toContain("T1 was answered at 1, before T2 was called at 2");
});

test("the steps that an edge is about stand out", () => {
  const page = drawTransactions(checkStrictlySerializable(STALE));

  expect(page).toMatch(/class="strong">append x 7</);
  expect(page).toMatch(/class="strong">read x \[\]</);
  expect(page).toMatch(/class="dim">read y \[\]</);
});

test("what was read against all order shows its transactions without edges", () => {
  const aborted = {
    ...txn(0, 1, { kind: "append", key: "x", value: 7 }),
    outcome: "aborted",
  } as const;

  const page = drawTransactions(checkStrictlySerializable([aborted, ...STALE.slice(2)]));

  expect(page).toContain("T2 read 7 in x, which T1 appended, and that was aborted");
  expect(page.match(/class="box"/g)).toHaveLength(2);
  expect(page).not.toContain('class="edge');
});
