import { type ByteString, toByteString } from "@holdfast/base";
import type { Operation, TxnBranchOperation } from "../command.ts";
import { addCompareKeys } from "../read/compare-steps.ts";

/** The single keys that applying `operations` looks up, so that they are fetched at once and ahead. */
export function touchedKeys(
  operations: readonly (Operation | TxnBranchOperation)[],
  keys: Set<ByteString> = new Set(),
): Set<ByteString> {
  for (const operation of operations) {
    if (operation.kind === "put") {
      keys.add(toByteString(operation.key));
    } else if (operation.kind === "delete-range") {
      if (operation.rangeEnd.length === 0) keys.add(toByteString(operation.key));
    } else if (operation.kind === "txn") {
      addCompareKeys(operation.compares, keys);
      touchedKeys(operation.success, keys);
      touchedKeys(operation.failure, keys);
    }
  }
  return keys;
}
