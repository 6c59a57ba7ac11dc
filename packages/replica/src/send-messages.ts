import type { MemberId } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { PeerMessage, PeerNetwork } from "./ports/peer-network.ts";

/** Hands the core's messages to the network, those for one peer together and in their order. */
export function sendMessages(network: PeerNetwork, messages: readonly Message[]): void {
  const [first, second] = messages;
  // Most of a follower's turns: one answer to its leader.
  if (first !== undefined && second === undefined) {
    return network.send(first.to, [{ kind: "raft", message: first }]);
  }
  const byPeer = new Map<MemberId, PeerMessage[]>();
  for (const message of messages) {
    const mine = byPeer.get(message.to);
    if (mine === undefined) byPeer.set(message.to, [{ kind: "raft", message }]);
    else mine.push({ kind: "raft", message });
  }
  for (const [to, mine] of byPeer) network.send(to, mine);
}
