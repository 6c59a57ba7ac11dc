import { type sendUnaryData, status } from "@grpc/grpc-js";
import { MalformedPeerDataError } from "@holdfast/protocol";
import type { PeerIdentity, SnapshotAnswer, SnapshotRequest } from "@holdfast/replica";
import { refusalOfSnapshot } from "../handshake.ts";
import type { WireSnapshotChunk, WireSnapshotRequest } from "./peer-wire.ts";
import { decodeSnapshotRequest, encodeSnapshotChunk } from "./snapshot-codec.ts";

export interface SnapshotAnswerPorts {
  readonly identity: () => PeerIdentity;
  snapshotAsked(request: SnapshotRequest): Promise<SnapshotAnswer>;
}

/** Answers one request for a chunk: only to members of this cluster, and only what was meant for this node. */
export function answerSnapshotRequest(
  wire: WireSnapshotRequest,
  ports: SnapshotAnswerPorts,
  answer: sendUnaryData<WireSnapshotChunk>,
): void {
  const refuse = (code: status, details: string): void => answer({ code, details });
  let decoded: ReturnType<typeof decodeSnapshotRequest>;
  try {
    decoded = decodeSnapshotRequest(wire);
  } catch (failure) {
    if (!(failure instanceof MalformedPeerDataError)) throw failure;
    return refuse(status.INVALID_ARGUMENT, failure.message);
  }
  const refusal = refusalOfSnapshot(ports.identity(), decoded.caller);
  if (refusal !== undefined) return refuse(status.FAILED_PRECONDITION, refusal);
  void ports.snapshotAsked(decoded.request).then((found) => {
    if (found.kind === "gone") refuse(status.NOT_FOUND, found.reason);
    else answer(null, encodeSnapshotChunk(found.chunk));
  });
}
