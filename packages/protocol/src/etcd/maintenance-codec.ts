import type { HashKv } from "@holdfast/state-machine";
import type { HashKVRequest__Output } from "../generated/etcdserverpb/HashKVRequest.ts";
import type { HashKVResponse } from "../generated/etcdserverpb/HashKVResponse.ts";
import type { ResponseHeader } from "../generated/etcdserverpb/ResponseHeader.ts";
import { revisionOf } from "./safe-integer.ts";

/** The revision to hash, 0 for the latest. @throws RefusedRequestError for one above 2^53 - 1. */
export function decodeHashKv(request: HashKVRequest__Output): number {
  return revisionOf(request.revision);
}

export function encodeHashKv(header: ResponseHeader, found: HashKv): HashKVResponse {
  return {
    header,
    hash: found.hash,
    compact_revision: found.compactRevision,
    hash_revision: found.revision,
  };
}
