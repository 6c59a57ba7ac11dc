import type { LeaseGrantRequest__Output } from "../generated/etcdserverpb/LeaseGrantRequest.ts";
import type { LeaseGrantResponse } from "../generated/etcdserverpb/LeaseGrantResponse.ts";
import type { LeaseKeepAliveResponse } from "../generated/etcdserverpb/LeaseKeepAliveResponse.ts";
import type { LeaseLeasesResponse } from "../generated/etcdserverpb/LeaseLeasesResponse.ts";
import type { LeaseTimeToLiveResponse } from "../generated/etcdserverpb/LeaseTimeToLiveResponse.ts";
import type { ResponseHeader } from "../generated/etcdserverpb/ResponseHeader.ts";
import { bigintOf, limitOf, wireNumber } from "./safe-integer.ts";

/** A time to live below 0 is 0: both are raised to the least. */
export function decodeLeaseGrant(request: LeaseGrantRequest__Output): {
  readonly id: bigint;
  readonly ttlSeconds: number;
} {
  return { id: bigintOf(request.ID), ttlSeconds: limitOf(request.TTL) };
}

export function encodeLeaseGrant(
  header: ResponseHeader,
  lease: { readonly id: bigint; readonly ttlSeconds: number },
): LeaseGrantResponse {
  return { header, ID: wireNumber(lease.id), TTL: lease.ttlSeconds };
}

/** The id of a lease that a request names. */
export function decodeLeaseId(request: { readonly ID: string }): bigint {
  return bigintOf(request.ID);
}

export function encodeLeaseKeepAlive(
  header: ResponseHeader,
  renewed: { readonly id: bigint; readonly ttlSeconds: number },
): LeaseKeepAliveResponse {
  return { header, ID: wireNumber(renewed.id), TTL: renewed.ttlSeconds };
}

export function encodeLeaseTimeToLive(
  header: ResponseHeader,
  lease: {
    readonly id: bigint;
    readonly remainingSeconds: number;
    readonly grantedSeconds: number;
    readonly keys: readonly Uint8Array[];
  },
): LeaseTimeToLiveResponse {
  return {
    header,
    ID: wireNumber(lease.id),
    TTL: lease.remainingSeconds,
    grantedTTL: lease.grantedSeconds,
    keys: [...lease.keys],
  };
}

/** A part of an answer has no header. */
export function encodeLeases(
  header: ResponseHeader | null,
  ids: readonly bigint[],
): LeaseLeasesResponse {
  return { header, leases: ids.map((id) => ({ ID: wireNumber(id) })) };
}
