import type { BootId, MemberId } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";
import type {
  PeerEvents,
  PeerIdentity,
  PeerMessage,
  PeerNetwork,
  SnapshotAnswer,
  SnapshotRequest,
  SnapshotSource,
} from "@holdfast/replica";
import { GUESTS_MAX, guestProfile, isAddressed, wantsAnswer } from "../handshake.ts";

/** One process on a {@link MemoryPeerHub}. */
export interface MemoryPeerPorts {
  /** The address at which the others find it. */
  readonly address: string;
  /** Who this node is now; asked for at each handshake. */
  readonly identity: () => PeerIdentity;
  readonly events: PeerEvents;
  /**
   * Runs in the process what arrives there: now, later or never.
   *
   * @default now
   */
  readonly run?: (task: () => void) => void;
}

/** The side of the hub that a network sees. */
export interface MemoryWire {
  refresh(): void;
  /** Whether whoever runs at an address is connected to that network. */
  speaks(address: string, to: MemoryPeerNetwork): boolean;
  deliver(from: MemoryPeerNetwork, to: MemoryPeerNetwork, messages: readonly PeerMessage[]): void;
  hello(from: MemoryPeerNetwork, address: string, timeoutMs: number): Promise<PeerIdentity>;
  askSnapshot(
    from: MemoryPeerNetwork,
    address: string,
    question: MemorySnapshotQuestion,
  ): Promise<SnapshotAnswer>;
}

/** One question for a chunk. */
export interface MemorySnapshotQuestion {
  readonly request: SnapshotRequest;
  readonly timeoutMs: number;
  /** The asker closes its connection. */
  readonly closed: AbortSignal;
}

/** What a network keeps of one peer that it was told to reach. */
export interface MemoryLink {
  readonly profile: MemberProfile;
  /** The network on the other side while connected. */
  connectedTo: MemoryPeerNetwork | undefined;
  /** The process seen last. */
  bootId: BootId | undefined;
  goneTold: boolean;
  /** To a member that this node has not heard of, kept while that one speaks to it. */
  isGuest: boolean;
}

/**
 * The peer network of one process in memory, with the promises of the one over
 * gRPC: nothing is delivered within `send`, order holds, and the same handshake
 * decides who talks to whom. Made by a `MemoryPeerHub`.
 */
export class MemoryPeerNetwork implements PeerNetwork {
  readonly #wire: MemoryWire;
  readonly #ports: MemoryPeerPorts;
  readonly #links = new Map<MemberId, MemoryLink>();
  #memberId: MemberId | undefined;
  #running = true;

  constructor(wire: MemoryWire, ports: MemoryPeerPorts) {
    this.#wire = wire;
    this.#ports = ports;
  }

  get address(): string {
    return this.#ports.address;
  }

  /** Whether the process lives. */
  get running(): boolean {
    return this.#running;
  }

  get links(): ReadonlyMap<MemberId, MemoryLink> {
    return this.#links;
  }

  get identity(): PeerIdentity {
    return this.#ports.identity();
  }

  /** Once a process is a member it stays that one; `undefined`: it is none yet. */
  get memberId(): MemberId | undefined {
    this.#memberId ??= this.identity.memberId;
    return this.#memberId;
  }

  /** Hands to the process what has arrived, while it lives. */
  run(task: () => void): void {
    const { run = (now) => now() } = this.#ports;
    run(() => {
      if (this.#running) task();
    });
  }

  get events(): PeerEvents {
    return this.#ports.events;
  }

  setPeers(peers: readonly MemberProfile[]): void {
    if (!this.#running) return;
    const own = this.memberId;
    const wanted = new Map(peers.filter(({ id }) => id !== own).map((peer) => [peer.id, peer]));
    for (const [id, link] of this.#links) {
      const { profile } = link;
      const peer = wanted.get(id);
      const same = peer?.peerAddress === profile.peerAddress && peer.storeId === profile.storeId;
      if (peer === undefined && link.isGuest) continue;
      link.isGuest = false;
      if (!same) this.forget(id);
    }
    for (const profile of wanted.values()) {
      if (!this.#links.has(profile.id)) this.#link(profile, false);
    }
    this.#wire.refresh();
  }

  /** Somebody speaks to this node whom it does not know: it can be answered from now on. */
  welcome(caller: PeerIdentity): void {
    const guest = guestProfile(caller);
    if (guest === undefined || this.#links.has(guest.id) || this.#guests >= GUESTS_MAX) return;
    this.#link(guest, true);
    this.#wire.refresh();
  }

  /** Lets go of a peer, which is out of reach from then on. */
  forget(id: MemberId): void {
    const isConnected = this.#links.get(id)?.connectedTo !== undefined;
    this.#links.delete(id);
    if (isConnected) this.run(() => this.events.disconnected(id));
  }

  get #guests(): number {
    return [...this.#links.values()].filter(({ isGuest }) => isGuest).length;
  }

  #link(profile: MemberProfile, isGuest: boolean): void {
    const connectedTo = undefined;
    const bootId = undefined;
    this.#links.set(profile.id, { profile, connectedTo, bootId, goneTold: false, isGuest });
  }

  send(to: MemberId, messages: readonly PeerMessage[]): void {
    const target = this.#links.get(to)?.connectedTo;
    if (this.#running && target !== undefined && messages.length > 0) {
      this.#wire.deliver(this, target, messages);
    }
  }

  hello(address: string, timeoutMs: number): Promise<PeerIdentity> {
    return this.#wire.hello(this, address, timeoutMs);
  }

  snapshotSource(from: MemberId): SnapshotSource {
    const address = this.#links.get(from)?.profile.peerAddress ?? "nowhere";
    const closing = new AbortController();
    return {
      ask: (request, timeoutMs) => {
        const question = { request, timeoutMs, closed: closing.signal };
        return this.#wire.askSnapshot(this, address, question);
      },
      close: () => closing.abort(),
    };
  }

  /** What the hub hands over, in the receiver's turn. */
  take(from: MemoryPeerNetwork, messages: readonly PeerMessage[]): void {
    if (!this.#running) return;
    const sender = from.memberId;
    const own = this.memberId;
    const mine = messages.filter((message) => isAddressed(message, sender, own));
    const isKnown = sender !== undefined && this.#links.has(sender);
    if (!isKnown && mine.some(wantsAnswer)) this.welcome(from.identity);
    if (mine.length > 0) this.events.received(mine);
  }

  /** The process ends, as by a kill; the hub tells the others. */
  end(): void {
    this.#running = false;
    this.#links.clear();
  }
}
