import type { MemberId } from "@holdfast/base";

/** What was sent to one peer since it was first named. Counters only grow. */
export interface PeerStats {
  readonly member: MemberId;
  readonly connected: boolean;
  /** Encoded bytes of frames handed to the connection. */
  readonly bytesSent: number;
  readonly messagesSent: number;
  /** Messages that found no connection, a full queue, or were waiting when the connection broke. */
  readonly messagesDropped: number;
  /** How often a connection came to stand after the first. */
  readonly reconnects: number;
  /** Bytes that wait for the socket. */
  readonly queuedBytes: number;
}

/** The counters behind {@link PeerStats}; they outlive connections. */
export interface PeerCounters {
  bytesSent: number;
  messagesSent: number;
  messagesDropped: number;
  connections: number;
}

export function newPeerCounters(): PeerCounters {
  return { bytesSent: 0, messagesSent: 0, messagesDropped: 0, connections: 0 };
}
