import type { HashKv } from "@holdfast/state-machine";
import type { HashKVRequest__Output } from "../generated/etcdserverpb/HashKVRequest.ts";
import type { HashKVResponse } from "../generated/etcdserverpb/HashKVResponse.ts";
import type { ResponseHeader } from "../generated/etcdserverpb/ResponseHeader.ts";
import { revisionOf } from "./safe-integer.ts";

/** The revision to hash, 0 for the latest. */
export function decodeHashKv(request: HashKVRequest__Output): number {
  return Math.max(0, revisionOf(request.revision));
}

export function encodeHashKv(header: ResponseHeader, found: HashKv): HashKVResponse {
  return {
    header,
    hash: found.hash,
    compact_revision: found.compactRevision,
    hash_revision: found.revision,
  };
}
