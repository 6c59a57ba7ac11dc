import type { Operation, TxnBranchOperation } from "../command.ts";
import { OPERATION_OVERHEAD_BYTES } from "./operation-limits.ts";

/** What a lease to renew counts for: its bytes, and what it takes to apply. */
const LEASE_ID_BYTES = 32;

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
      return OPERATION_OVERHEAD_BYTES + LEASE_ID_BYTES * operation.ids.length;
    case "lease-checkpoint":
      return OPERATION_OVERHEAD_BYTES * (1 + operation.leases.length);
  }
}
