import type { Operation, TxnBranchOperation } from "../command.ts";
import { OPERATION_OVERHEAD_BYTES } from "./operation-limits.ts";

/** What an operation weighs against a limit, bytes; about what it takes encoded. */
export function operationBytes(operation: Operation | TxnBranchOperation): number {
  switch (operation.kind) {
    case "put":
      return OPERATION_OVERHEAD_BYTES + operation.key.length + operation.value.length;
    case "delete-range":
      return OPERATION_OVERHEAD_BYTES + operation.key.length + operation.rangeEnd.length;
    case "range":
      return (
        OPERATION_OVERHEAD_BYTES + operation.query.key.length + operation.query.rangeEnd.length
      );
    case "txn": {
      let bytes = OPERATION_OVERHEAD_BYTES;
      for (const { key, rangeEnd, operand } of operation.compares) {
        bytes += OPERATION_OVERHEAD_BYTES + key.length + rangeEnd.length;
        if (typeof operand !== "bigint") bytes += operand.length;
      }
      for (const inner of operation.success) bytes += operationBytes(inner);
      for (const inner of operation.failure) bytes += operationBytes(inner);
      return bytes;
    }
    case "compact":
    case "alarm":
    case "session-open":
      return OPERATION_OVERHEAD_BYTES;
    case "session-expire":
      return OPERATION_OVERHEAD_BYTES * (1 + 2 * operation.sessions.length);
    case "lease-grant":
    case "lease-revoke":
      return OPERATION_OVERHEAD_BYTES;
    case "lease-renew":
      // Each is decoded and applied like an operation of its own.
      return OPERATION_OVERHEAD_BYTES * (1 + operation.ids.length);
    case "lease-checkpoint":
      return OPERATION_OVERHEAD_BYTES * (1 + operation.leases.length);
  }
}
