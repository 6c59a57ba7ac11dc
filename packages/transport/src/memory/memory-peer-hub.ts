import { assert, type Clock, FIRST_GROUP, type Turn } from "@holdfast/base";
import type { PeerIdentity, PeerMessage, SnapshotAnswer, SnapshotRequest } from "@holdfast/replica";
import { refusalOfAnswer, refusalOfCaller, refusalOfSnapshot } from "../handshake.ts";
import { decodePeerFrame, encodePeerFrame } from "../peer-codec.ts";
import { PeerSilentError } from "../peer-errors.ts";
import {
  type MemoryLink,
  MemoryPeerNetwork,
  type MemoryPeerPorts,
  type MemorySnapshotQuestion,
  type MemoryWire,
} from "./memory-peer-network.ts";

/** What a hub stands on. */
export interface MemoryPeerHubPorts {
  readonly turn: Turn;
  readonly clock: Clock;
  /**
   * Sends every message through the codec of the wire.
   *
   * @default false
   */
  readonly encode?: boolean;
  /**
   * A way of its own between processes: it calls `arrive` later, or never. `messages`: what is carried,
   * unless it is a part of a handshake or of a state.
   *
   * @default in a later turn
   */
  readonly carry?: (
    from: string,
    to: string,
    arrive: () => void,
    messages?: readonly PeerMessage[],
  ) => void;
  /** Whether two addresses cannot connect now, beside those that were cut by {@link MemoryPeerHub.cut}; {@link MemoryPeerHub.refresh} when that changes. */
  readonly isCut?: (from: string, to: string) => boolean;
}

/**
 * Connects processes in one thread: a wire that can be cut, and processes that
 * can be killed.
 *
 * 1. Everything arrives in a later turn, in the order in which it was sent.
 * 2. A cut link loses what is sent and tells nobody: nothing is known of the other
 *    side until it heals. A message on its way when the link is cut is lost.
 * 3. A killed process is told as gone wherever its address can be dialled.
 */
export class MemoryPeerHub implements MemoryWire {
  readonly #ports: MemoryPeerHubPorts;
  readonly #networks = new Map<string, MemoryPeerNetwork>();
  readonly #cuts = new Set<string>();
  #refreshing = false;

  constructor(ports: MemoryPeerHubPorts) {
    this.#ports = ports;
  }

  /** Starts a process at an address where none runs; after a kill this is the restart. */
  join(ports: MemoryPeerPorts): MemoryPeerNetwork {
    const taken = this.#networks.get(ports.address)?.running === true;
    assert(!taken, `no process runs at ${ports.address} yet`);
    const network = new MemoryPeerNetwork(this, ports);
    this.#networks.set(ports.address, network);
    this.refresh();
    return network;
  }

  /** Loses everything between two addresses, both ways, without a word. */
  cut(a: string, b: string): void {
    this.#cuts.add(pairOf(a, b));
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(pairOf(a, b));
    this.refresh();
  }

  /** Ends the process at an address, as by a kill: all that it had not delivered is lost. */
  crash(address: string): void {
    this.#networks.get(address)?.end();
    this.refresh();
  }

  /** Looks at all links anew in a later turn; for what changes who may talk, such as a birth. */
  refresh(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    this.#ports.turn.soon(() => {
      this.#refreshing = false;
      for (const network of [...this.#networks.values()]) this.#refreshLinks(network);
    });
  }

  speaks(address: string, to: MemoryPeerNetwork): boolean {
    const network = this.#networks.get(address);
    if (network?.running !== true) return false;
    return [...network.links.values()].some(({ connectedTo }) => connectedTo === to);
  }

  /** Carries messages of a connected pair; called by networks. */
  deliver(from: MemoryPeerNetwork, to: MemoryPeerNetwork, messages: readonly PeerMessage[]): void {
    const { encode = false } = this.#ports;
    const carried = encode
      ? decodePeerFrame(encodePeerFrame({ groupId: FIRST_GROUP, messages })).messages
      : [...messages];
    const arrive = (): void => {
      if (from.running) to.take(from, carried);
    };
    this.#carry(from.address, to, arrive, carried);
  }

  /** Answers {@link MemoryPeerNetwork.hello}. */
  hello(from: MemoryPeerNetwork, address: string, timeoutMs: number): Promise<PeerIdentity> {
    return new Promise((resolve, reject) => {
      const silent = (): void => reject(new PeerSilentError(`no peer answers at ${address}`));
      const cancel = this.#ports.clock.timer(timeoutMs, () => from.run(silent));
      const answer = (told: PeerIdentity | undefined): void => {
        cancel();
        if (told === undefined) silent();
        else resolve(told);
      };
      this.#dial(from, address, (network) => {
        const tell = (told: PeerIdentity | undefined): void =>
          this.#carry(address, from, () => answer(told));
        if (network === undefined) return tell(undefined);
        void network.events.asked(from.identity).then((membershipConfirmed) => {
          if (network.running) tell({ ...network.identity, membershipConfirmed });
        });
      });
    });
  }

  /** Answers questions of a {@link MemoryPeerNetwork.snapshotSource}; a cut link loses them without a word. */
  askSnapshot(
    from: MemoryPeerNetwork,
    address: string,
    question: MemorySnapshotQuestion,
  ): Promise<SnapshotAnswer> {
    const { request, timeoutMs, closed } = question;
    return new Promise((resolve, reject) => {
      const silent = (): void => reject(new PeerSilentError(`member ${request.to} gives no state`));
      if (closed.aborted) return silent();
      const cancel = this.#ports.clock.timer(timeoutMs, () => from.run(silent));
      const answer = (told: SnapshotAnswer | undefined): void => {
        cancel();
        closed.removeEventListener("abort", closing);
        if (told === undefined) silent();
        else resolve(told);
      };
      const closing = (): void => answer(undefined);
      closed.addEventListener("abort", closing);
      this.#dial(from, address, (network) => {
        void this.#askOf(network, from, request).then((told) =>
          this.#carry(address, from, () => answer(told)),
        );
      });
    });
  }

  /** `undefined`: nobody there, or it refuses the caller. */
  async #askOf(
    network: MemoryPeerNetwork | undefined,
    caller: MemoryPeerNetwork,
    request: SnapshotRequest,
  ): Promise<SnapshotAnswer | undefined> {
    const { clusterId = 0, storeId } = caller.identity;
    const who = { clusterId, storeId, from: request.from, to: request.to };
    if (network === undefined || refusalOfSnapshot(network.identity, who) !== undefined) return;
    const answer = await network.events.snapshotAsked(request);
    return network.running ? answer : undefined;
  }

  /** Arrives at an address, in the process that runs there; `undefined`: none does. */
  #dial(
    from: MemoryPeerNetwork,
    address: string,
    arrive: (network: MemoryPeerNetwork | undefined) => void,
  ): void {
    this.#way(from.address, address, () => {
      const network = this.#networks.get(address);
      if (network?.running === true) network.run(() => arrive(network));
      else arrive(undefined);
    });
  }

  /** Arrives in a process, unless the link is cut when it would. */
  #carry(
    from: string,
    to: MemoryPeerNetwork,
    arrive: () => void,
    messages?: readonly PeerMessage[],
  ): void {
    this.#way(from, to.address, () => to.run(arrive), messages);
  }

  #way(from: string, to: string, arrive: () => void, messages?: readonly PeerMessage[]): void {
    const { turn, carry = (_from, _to, later) => turn.soon(later) } = this.#ports;
    if (this.#isCutHere(from, to)) return;
    const arrives = (): void => {
      if (!this.#isCutHere(from, to)) arrive();
    };
    carry(from, to, arrives, messages);
  }

  #refreshLinks(network: MemoryPeerNetwork): void {
    for (const link of [...network.links.values()]) {
      const current = network.links.get(link.profile.id) === link;
      if (network.running && current) this.#refreshLink(network, link);
    }
  }

  #refreshLink(network: MemoryPeerNetwork, link: MemoryLink): void {
    const { peerAddress, id } = link.profile;
    if (this.#isCut(network.address, peerAddress)) return;
    const there = this.#networks.get(peerAddress);
    const answering = there?.running === true ? there : undefined;
    if (link.connectedTo !== undefined && link.connectedTo !== answering) {
      link.connectedTo = undefined;
      network.run(() => network.events.disconnected(id));
    }
    const bootId = answering?.identity.bootId;
    if (link.bootId !== undefined && link.bootId !== bootId && !link.goneTold) {
      link.goneTold = true;
      network.run(() => network.events.gone(id));
    }
    const isMute = answering === undefined || !this.speaks(peerAddress, network);
    if (link.isGuest && isMute) return network.forget(id);
    if (answering === undefined || link.connectedTo !== undefined) return;
    if (this.#refusal(network, link, answering) !== undefined) return;
    link.connectedTo = answering;
    const found = answering.identity.bootId;
    link.bootId = found;
    link.goneTold = false;
    answering.welcome(network.identity);
    network.run(() => network.events.connected(id, found));
  }

  #refusal(
    network: MemoryPeerNetwork,
    link: MemoryLink,
    answering: MemoryPeerNetwork,
  ): string | undefined {
    const { id, storeId } = link.profile;
    return (
      refusalOfCaller(answering.identity, network.identity) ??
      refusalOfAnswer(network.identity, { id, storeId }, answering.identity)
    );
  }

  #isCut(a: string, b: string): boolean {
    return this.#isCutHere(a, b) || this.#ports.isCut?.(a, b) === true;
  }

  #isCutHere(a: string, b: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(pairOf(a, b));
  }
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
