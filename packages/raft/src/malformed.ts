import { partsProblem } from "./membership/membership-problem.ts";
import { isJoint } from "./membership/plan-change.ts";
import type { RaftState } from "./raft-state.ts";
import type { Entry } from "./types/entry.ts";
import { type Membership, membersOf } from "./types/membership.ts";
import type { AppendRequest, Message } from "./types/message.ts";

/**
 * Terms grow by one for each election, of which there is one in a second at most. A leap
 * above a century of them is a mistake, and whoever followed it would have few terms left.
 */
const TERM_LEAP_MAX = 2 ** 32;

/**
 * What no leader says, whatever it has lived through, and what would break the log of
 * whoever believed it. It is a peer's mistake, not one of this member: it is passed over
 * as if it had been lost (raft.md §8), and told. What only a broken Raft could bring about is
 * no such thing, and stops the member.
 *
 * @returns what is wrong with it, if anything is.
 */
export function malformedIn(state: RaftState, message: Message): string | undefined {
  if (message.term - state.term > TERM_LEAP_MAX) {
    return "it is of a term that no election can have reached";
  }
  switch (message.kind) {
    case "append-request":
      if (!areInOrder(message)) return "its entries are not in order";
      return message.entries.some((entry) => isUnreadable(state, entry))
        ? "it has a configuration that this version cannot read, or that cannot be in force"
        : undefined;
    case "snapshot-offer": {
      const { last, membership } = message.meta;
      if (last.term > message.term) return "its state is of a later term than its leader";
      return cannotRun(membership)
        ? "its state has a configuration that cannot be in force"
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Entries follow `prev` without a gap, their terms never fall, and none is of a later term than its leader. */
function areInOrder({ prev, entries, term }: AppendRequest): boolean {
  let before = prev;
  for (const entry of entries) {
    if (entry.index !== before.index + 1 || entry.term < before.term) return false;
    before = entry;
  }
  return before.term <= term;
}

/** A configuration is in force as soon as it is in the log, so it has to be known before. */
function isUnreadable({ membershipCodec }: RaftState, { kind, payload }: Entry): boolean {
  if (kind !== "membership") return false;
  try {
    const membership = membershipCodec.decode(payload);
    return membership.voters.length === 0 || cannotRun(membership);
  } catch {
    return true;
  }
}

/** A store that has heard of no configuration has an empty one, and so may a state of its. */
function cannotRun(membership: Membership): boolean {
  if (membersOf(membership).length === 0) return false;
  const endless = isJoint(membership) && !membership.autoLeave;
  return endless || partsProblem(membership) !== undefined;
}
