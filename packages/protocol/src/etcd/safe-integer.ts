/**
 * A 64-bit number of the wire that means a revision; 0 is the latest.
 *
 * Beyond 2^53 - 1 it is that: no store gets there, so it lies in the future as well. Below it lies
 * as far in the past.
 */
export function revisionOf(text: string): number {
  if (text === "0") return 0;
  const value = Math.min(Number(text), Number.MAX_SAFE_INTEGER);
  return Math.max(value, Number.MIN_SAFE_INTEGER);
}

/** A 64-bit number of the wire that cuts something off where it is above 0; at most 2^53 - 1, below 0 it is 0. */
export function limitOf(text: string): number {
  if (text === "0") return 0;
  return Math.min(Math.max(Number(text), 0), Number.MAX_SAFE_INTEGER);
}

/**
 * An inclusive lower bound of revisions, 0 for none.
 *
 * Below 0 all are great enough, but a bound it is, before which a limit cuts nothing off: as 1 says too.
 */
export function lowerBoundOf(text: string): number {
  return text.startsWith("-") ? 1 : limitOf(text);
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
