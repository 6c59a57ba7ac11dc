import type { ResponseHeader } from "../generated/etcdserverpb/ResponseHeader.ts";

/** Who answered, and at which revision of its store. */
export interface HeaderFields {
  readonly clusterId: number;
  readonly memberId: number;
  readonly revision: number;
  readonly term: number;
}

export function encodeHeader(header: HeaderFields): ResponseHeader {
  return {
    cluster_id: header.clusterId,
    member_id: header.memberId,
    revision: header.revision,
    raft_term: header.term,
  };
}
