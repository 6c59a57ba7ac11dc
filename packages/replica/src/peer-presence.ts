import type { Clock, MemberId, Millis } from "@holdfast/base";
import type { Membership } from "@holdfast/raft";

/** Which members this node is connected to, and since when others are not. */
export class PeerPresence {
  readonly #clock: Clock;
  readonly #since: Millis;
  readonly #connected = new Set<MemberId>();
  /** Kept for members only, so bounded by how many there ever were in one life of the node. */
  readonly #lastSeen = new Map<MemberId, Millis>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  connected(peer: MemberId): void {
    this.#connected.add(peer);
  }

  disconnected(peer: MemberId): void {
    if (this.#connected.delete(peer)) this.#lastSeen.set(peer, this.#clock.now());
  }

  isConnected(peer: MemberId): boolean {
    return this.#connected.has(peer);
  }

  /** Whether the peer has not been connected for so long; one never seen counts from the start. */
  isLost(peer: MemberId, forMs: Millis): boolean {
    if (this.#connected.has(peer)) return false;
    return this.#clock.now() - (this.#lastSeen.get(peer) ?? this.#since) >= forMs;
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
