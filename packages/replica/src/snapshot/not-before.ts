import type { LogIndex, MemberId } from "@holdfast/base";
import { isVoter, type RaftStatus } from "@holdfast/raft";

/**
 * The least index of a state that a leader offers a peer: where the configuration in force stands, since one that
 * joins by it is not in what is older, and would take that for its removal.
 *
 * A configuration that is not known to be committed may need a voter that wants a state, so that voter is offered
 * any; nobody is born with it as a voter. It may be committed all the same where this leader was just elected, so
 * a learner, which it does not need, waits until it is known.
 */
export function notBefore(
  {
    membership,
    membershipIndex,
    commit,
  }: Pick<RaftStatus, "membership" | "membershipIndex" | "commit">,
  peer: MemberId,
): LogIndex {
  return membershipIndex <= commit || !isVoter(membership, peer) ? membershipIndex : 0;
}
