import type { MemberId } from "@holdfast/base";
import type { Membership } from "@holdfast/raft";

/** Which members this node is connected to, for people who ask why there is no leader. */
export class PeerPresence {
  readonly #connected = new Set<MemberId>();

  connected(peer: MemberId): void {
    this.#connected.add(peer);
  }

  disconnected(peer: MemberId): void {
    this.#connected.delete(peer);
  }

  /** Why there is no leader, as far as this node sees. */
  explain(self: MemberId, { voters, profiles }: Membership): string {
    const missing = voters.filter((id) => id !== self && !this.#connected.has(id));
    const reachable = voters.length - missing.length;
    const needed = (voters.length >> 1) + 1;
    if (reachable >= needed) return "no leader: an election is under way";
    const names = missing.map((id) => profiles.find((profile) => profile.id === id)?.name ?? id);
    return `no leader: ${needed} of ${voters.length} members are needed, ${reachable} can be reached; missing: ${names.join(", ")}`;
  }
}
