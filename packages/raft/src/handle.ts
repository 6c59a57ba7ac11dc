import { assertNever, type MemberId } from "@holdfast/base";
import { onPeerGone } from "./election/campaign.ts";
import { failForwardedReads, knownLeader } from "./election/roles.ts";
import { onReadIndex } from "./follower/read-index.ts";
import { onSnapshotGivenUp, onSnapshotStaged } from "./follower/snapshot.ts";
import { onChangeMembership } from "./leader/change-membership.ts";
import { propose } from "./leader/commit.ts";
import { onTransferLeadership } from "./leader/handover.ts";
import { peerOf } from "./leader/leader-role.ts";
import { onEntriesFetched } from "./leader/replicate.ts";
import { onSnapshotClosed, onSnapshotOpened } from "./leader/snapshots.ts";
import { onStateDurable } from "./log/retain.ts";
import { onPersisted } from "./persist/on-persisted.ts";
import type { RaftState } from "./raft-state.ts";
import { onMessage } from "./receive.ts";
import { tick } from "./tick.ts";
import type { Input, Proposal } from "./types/input.ts";

/** One thing happened. */
export function handle(state: RaftState, input: Input): void {
  const { role } = state;
  switch (input.kind) {
    case "tick":
      return tick(state);
    case "message":
      return onMessage(state, input.message);
    case "propose":
      return onPropose(state, input.proposals);
    case "read-index":
      return onReadIndex(state, input.token);
    case "persisted":
      return onPersisted(state, input.seq);
    case "state-durable":
      return onStateDurable(state, input.index);
    case "entries-fetched":
      if (role.kind === "leader") onEntriesFetched(state, role, input.fetchId, input.entries);
      return;
    case "change-membership":
      return onChangeMembership(state, input);
    case "transfer-leadership":
      return onTransferLeadership(state, input.token, input.to);
    case "snapshot-opened":
      if (role.kind === "leader") onSnapshotOpened(state, role, input);
      return;
    case "snapshot-closed":
      if (role.kind === "leader") onSnapshotClosed(role, input);
      return;
    case "snapshot-staged":
      return onSnapshotStaged(state, input.meta);
    case "snapshot-given-up":
      return onSnapshotGivenUp(state, input.meta);
    case "peer-gone":
      return onPeerGone(state, input.peer);
    case "peer-disconnected":
    case "peer-connected":
      return onPeerConnection(state, input.peer);
    default:
      return assertNever(input, "input");
  }
}

function onPropose(state: RaftState, proposals: readonly Proposal[]): void {
  const { role, outbox } = state;
  if (role.kind === "leader") return propose(state, role, proposals);
  for (const { token } of proposals) {
    outbox.outcomes.push({ kind: "refused", token, reason: "not-leader" });
  }
}

/** What was on its way to the peer, or asked of it, may be lost. */
function onPeerConnection(state: RaftState, peer: MemberId): void {
  if (state.role.kind === "leader") peerOf(state.role, peer)?.disconnected();
  else if (knownLeader(state) === peer) failForwardedReads(state);
}
