import { UsageError } from "../usage-error.ts";

/** As etcd's own tools write it: 16 hexadecimal digits. */
export function leaseHex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, "0");
}

/** @throws UsageError for what is no id. */
export function leaseId(hex: string): bigint {
  if (!/^(0x)?[0-9a-f]{1,16}$/i.test(hex)) {
    throw new UsageError(`a lease is named by up to 16 hexadecimal digits, not "${hex}"`);
  }
  return BigInt.asIntN(64, BigInt(`0x${hex.replace(/^0x/i, "")}`));
}
