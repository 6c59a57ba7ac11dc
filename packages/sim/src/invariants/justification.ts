import type { LogIndex, MemberId } from "@holdfast/base";
import type { AppendAccepted, EntryId, Message } from "@holdfast/raft";
import { describe } from "../trace.ts";
import { require } from "../violation.ts";
import type { Seat } from "./seat.ts";

/**
 * Every message is allowed by what its sender has on disk at the moment it leaves
 * (I9; Raft, figure 2 and section 5.2; thesis, section 10.2.1). A disk may be ahead of
 * its core by the time it speaks: a higher durable term covers all promises of a lower one.
 */
export function checkJustified(
  { disk, machine }: Seat,
  message: Message,
  leader: Seat | undefined,
): void {
  const reason = complaintAbout(disk, message, leader);
  require(reason === undefined, "I9", () =>
    `node ${machine.slot} says ${describe(message)}, but ${reason}`);
}

function complaintAbout(
  disk: Seat["disk"],
  message: Message,
  leader: Seat | undefined,
): string | undefined {
  switch (message.kind) {
    case "pre-vote-request":
      return endComplaint(disk, message.last);
    case "vote-request":
      return ballotComplaint(disk, message, message.from) ?? endComplaint(disk, message.last);
    case "vote-response":
      return message.granted
        ? ballotComplaint(disk, message, message.to)
        : termComplaint(disk, message);
    case "pre-vote-response":
      return message.granted ? undefined : termComplaint(disk, message);
    case "append-accepted":
      return termComplaint(disk, message) ?? matchComplaint(disk, message, leader);
    case "append-rejected":
    case "heartbeat-response":
      return termComplaint(disk, message);
    case "append-request":
    case "heartbeat-request":
    case "timeout-now":
    case "snapshot-offer":
      // Whoever leads has won with its own vote.
      return ballotComplaint(disk, message, message.from);
    case "read-index-request":
    case "read-index-response":
      // Neither promises anything that a restart could take back.
      return undefined;
  }
}

function termComplaint({ durable }: Seat["disk"], message: Message): string | undefined {
  const { term } = durable.hardState;
  return term < message.term ? `its durable term is ${term}` : undefined;
}

function ballotComplaint(
  disk: Seat["disk"],
  message: Message,
  candidate: MemberId,
): string | undefined {
  const { term, vote } = disk.durable.hardState;
  if (term > message.term || (term === message.term && vote === candidate)) return undefined;
  return `its durable vote of term ${term} is for ${vote}`;
}

/** A candidate may name only a log end that a crash cannot take from it. */
function endComplaint(disk: Seat["disk"], last: EntryId): string | undefined {
  const { compacted } = disk.durable;
  const holds = disk.wasDurable(last.index, last.term) || compacted.index === last.index;
  return holds ? undefined : `${last.term}/${last.index} was never durable there`;
}

function matchComplaint(
  { durable }: Seat["disk"],
  { match, term }: AppendAccepted,
  leader: Seat | undefined,
): string | undefined {
  // Its log may have moved on with a later term.
  if (durable.hardState.term > term) return undefined;
  if (match > durable.lastIndex) return `its log is durable up to ${durable.lastIndex}`;
  if (leader === undefined || leader.ended) return undefined;
  const { status, log } = leader;
  if (status.term !== term || status.role !== "leader") return undefined;
  return differs(durable.termAt(match), log.termAt(match), match);
}

function differs(
  own: number | undefined,
  leaders: number | undefined,
  match: LogIndex,
): string | undefined {
  if (own === undefined || leaders === undefined || own === leaders) return undefined;
  return `its entry ${match} is of term ${own}, the leader's of ${leaders}`;
}
