import type { Message } from "../types/message.ts";

/**
 * Adds a message to those that wait for the same write; one that says all that an earlier
 * one does takes its place. So what waits for a disk that stalls is bounded by who asks,
 * not by how often.
 */
export function addHeld(held: Message[], message: Message): void {
  const at = held.findLastIndex((earlier) => covers(message, earlier));
  if (at >= 0) held.splice(at, 1);
  held.push(message);
}

/** Whether whoever gets `later` needs `earlier` no more. */
function covers(later: Message, earlier: Message): boolean {
  if (later.to !== earlier.to || later.term !== earlier.term) return false;
  switch (later.kind) {
    case "append-accepted":
      return (
        earlier.kind === later.kind && isOfSession(later, earlier) && earlier.match <= later.match
      );
    case "append-rejected":
      return (
        earlier.kind === later.kind &&
        isOfSession(later, earlier) &&
        earlier.rejected === later.rejected
      );
    case "heartbeat-response":
      return earlier.kind === later.kind && isOfSession(later, earlier);
    case "pre-vote-response":
    case "vote-response":
      return earlier.kind === later.kind && earlier.granted === later.granted;
    default:
      return false;
  }
}

interface OfSession {
  readonly epoch: number;
  readonly round: number;
}

/** Of one session with a leader, and no earlier round is lost with it. */
function isOfSession(later: OfSession, earlier: OfSession): boolean {
  return earlier.epoch === later.epoch && earlier.round <= later.round;
}
