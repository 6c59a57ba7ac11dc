import type { PeerMessage } from "@holdfast/replica";

/**
 * The two streams to a peer: what elections, leadership and reads hang on is
 * never behind a large append (decision 21).
 */
export type Lane = "raft" | "heartbeat";

export const LANES: readonly Lane[] = ["raft", "heartbeat"];

/** The lane on which a message travels. */
export function laneOf(peerMessage: PeerMessage): Lane {
  if (peerMessage.kind !== "raft") return "raft";
  switch (peerMessage.message.kind) {
    case "append-request":
    case "append-accepted":
    case "append-rejected":
    case "snapshot-offer":
      return "raft";
    default:
      return "heartbeat";
  }
}
