import type { Compare, Operation, TxnBranchOperation } from "@holdfast/state-machine";

/** What an operation or a compare counts for beside its keys and values, bytes. */
const OVERHEAD_BYTES = 16;

/** What an operation weighs against the limits of queues and frames, bytes; about what it takes encoded. */
export function operationBytes(operation: Operation | TxnBranchOperation): number {
  switch (operation.kind) {
    case "put":
      return OVERHEAD_BYTES + operation.key.length + operation.value.length;
    case "delete-range":
      return OVERHEAD_BYTES + operation.key.length + operation.rangeEnd.length;
    case "range":
      return OVERHEAD_BYTES + operation.query.key.length + operation.query.rangeEnd.length;
    case "txn":
      return (
        OVERHEAD_BYTES +
        sum(operation.compares, compareBytes) +
        sum(operation.success, operationBytes) +
        sum(operation.failure, operationBytes)
      );
    case "session-open":
    case "session-expire":
      return OVERHEAD_BYTES;
  }
}

function compareBytes({ key, rangeEnd, operand }: Compare): number {
  const operandBytes = typeof operand === "bigint" ? 0 : operand.length;
  return OVERHEAD_BYTES + key.length + rangeEnd.length + operandBytes;
}

function sum<Item>(items: readonly Item[], bytesOf: (item: Item) => number): number {
  let bytes = 0;
  for (const item of items) bytes += bytesOf(item);
  return bytes;
}
