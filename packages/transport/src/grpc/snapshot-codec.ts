import { FIRST_GROUP, isWireId, type MemberId } from "@holdfast/base";
import { MalformedPeerDataError } from "@holdfast/protocol";
import type { PeerIdentity, SnapshotAnswer, SnapshotRequest } from "@holdfast/replica";
import type { SnapshotCaller } from "../handshake.ts";
import type { WireSnapshotChunk, WireSnapshotRequest } from "./peer-wire.ts";

type SnapshotChunk = Extract<SnapshotAnswer, { readonly kind: "chunk" }>["chunk"];

export function encodeSnapshotRequest(
  request: SnapshotRequest,
  identity: PeerIdentity,
): WireSnapshotRequest {
  const { from, to, term, epoch, last, sequence } = request;
  return {
    cluster_id: String(identity.clusterId ?? 0),
    group_id: FIRST_GROUP,
    from: String(from),
    store_id: identity.storeId,
    to: String(to),
    term: String(term),
    epoch: String(epoch),
    last_term: String(last.term),
    last_index: String(last.index),
    sequence: String(sequence),
  };
}

/** @throws MalformedPeerDataError if a field cannot be what it says. */
export function decodeSnapshotRequest(wire: WireSnapshotRequest): {
  readonly caller: SnapshotCaller;
  readonly request: SnapshotRequest;
} {
  if (wire.group_id !== FIRST_GROUP) {
    throw new MalformedPeerDataError(`there is no group ${wire.group_id}`);
  }
  const from = memberId(wire.from, "from");
  const to = memberId(wire.to, "to");
  const clusterId = count(wire.cluster_id, "cluster id");
  return {
    caller: { clusterId, from, storeId: wire.store_id, to },
    request: {
      from,
      to,
      term: count(wire.term, "term"),
      epoch: count(wire.epoch, "epoch"),
      last: {
        term: count(wire.last_term, "last term"),
        index: count(wire.last_index, "last index"),
      },
      sequence: count(wire.sequence, "sequence"),
    },
  };
}

export function encodeSnapshotChunk({
  sequence,
  bytes,
  crc,
  end,
}: SnapshotChunk): WireSnapshotChunk {
  return {
    sequence: String(sequence),
    rows: bytes,
    crc,
    end: end === undefined ? null : { rows: String(end.rows), bytes: String(end.bytes) },
  };
}

/** @throws MalformedPeerDataError if a field cannot be what it says; whether the bytes are right is seen later. */
export function decodeSnapshotChunk({
  sequence,
  rows,
  crc,
  end,
}: WireSnapshotChunk): SnapshotChunk {
  const isLast = end !== null && end !== undefined;
  return {
    sequence: count(sequence, "sequence"),
    bytes: rows,
    crc,
    end: isLast ? { rows: count(end.rows, "rows"), bytes: count(end.bytes, "bytes") } : undefined,
  };
}

function memberId(text: string, what: string): MemberId {
  const value = Number(text);
  if (isWireId(value)) return value as MemberId;
  throw new MalformedPeerDataError(`snapshot: ${what} ${text} is no member's id`);
}

function count(text: string, what: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedPeerDataError(`snapshot: the ${what} ${text} is not below 2^53`);
}
