import { LEASE_TTL_SECONDS_MAX } from "@holdfast/state-machine";
import { invalidArgument } from "../request-error.ts";

/** What a lease's id has, as a signed number. */
const ID_BITS = 64;

/** @throws RequestError `INVALID_ARGUMENT` */
export function toLeaseId(id: bigint): bigint {
  if (typeof id === "bigint" && BigInt.asIntN(ID_BITS, id) === id) return id;
  throw invalidArgument(`a lease's id is a bigint of ${ID_BITS} bits, got ${id}`);
}

/** @throws RequestError `INVALID_ARGUMENT` */
export function toTtlSeconds(ttlSeconds: number): number {
  const isWhole = Number.isSafeInteger(ttlSeconds);
  if (isWhole && ttlSeconds >= 1 && ttlSeconds <= LEASE_TTL_SECONDS_MAX) return ttlSeconds;
  throw invalidArgument(
    `ttlSeconds must be a whole number from 1 to ${LEASE_TTL_SECONDS_MAX}, got ${ttlSeconds}`,
  );
}
