import { RefusedRequestError } from "./refused-request-error.ts";

/**
 * A 64-bit number of the wire that means a revision: 0 and below are the latest.
 *
 * @throws RefusedRequestError above 2^53 - 1: no store gets there, so it lies in the future.
 */
export function revisionOf(text: string): number {
  if (text === "0") return 0;
  const value = Number(text);
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new RefusedRequestError("FUTURE_REVISION", `revision ${text} is above 2^53 - 1`);
  }
  return Math.max(value, 0);
}

/** A 64-bit number of the wire that cuts something off where it is above 0; at most 2^53 - 1, below 0 it is 0. */
export function limitOf(text: string): number {
  if (text === "0") return 0;
  return Math.min(Math.max(Number(text), 0), Number.MAX_SAFE_INTEGER);
}

/**
 * An inclusive upper bound of revisions, 0 for none.
 *
 * Below 0 nothing is small enough; that is said by 1, because the first write of a store is revision 2.
 */
export function upperBoundOf(text: string): number {
  return text.startsWith("-") ? 1 : limitOf(text);
}

/** A signed or unsigned 64-bit number of the wire, exactly. */
export function bigintOf(text: string): bigint {
  return text === "0" ? 0n : BigInt(text);
}

/** A bigint as the wire's encoder takes it. */
export function wireNumber(value: bigint): number | string {
  return value === 0n ? 0 : value.toString();
}
