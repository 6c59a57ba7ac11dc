import { assert, type Clock, FIRST_GROUP, type Turn } from "@holdfast/base";
import type { PeerIdentity, PeerMessage, SnapshotAnswer } from "@holdfast/replica";
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

  /** Carries messages of a connected pair; called by networks. */
  deliver(from: MemoryPeerNetwork, to: MemoryPeerNetwork, messages: readonly PeerMessage[]): void {
    const { turn, encode = false } = this.#ports;
    const sender = from.identity;
    const carried = encode
      ? decodePeerFrame(encodePeerFrame({ groupId: FIRST_GROUP, messages })).messages
      : [...messages];
    turn.soon(() => {
      if (from.running && !this.#isCut(from.address, to.address)) to.take(sender, carried);
    });
  }

  /** Answers {@link MemoryPeerNetwork.hello}. */
  hello(from: MemoryPeerNetwork, address: string, timeoutMs: number): Promise<PeerIdentity> {
    const { turn, clock } = this.#ports;
    return new Promise((resolve, reject) => {
      const silent = (): void => reject(new PeerSilentError(`no peer answers at ${address}`));
      if (this.#isCut(from.address, address)) {
        clock.timer(timeoutMs, silent);
        return;
      }
      turn.soon(() => {
        const network = this.#networks.get(address);
        if (network?.running === true) {
          if (from.identity.clusterId === undefined) network.events.knocked(from.identity);
          resolve(network.identity);
        } else silent();
      });
    });
  }

  /** Answers questions of a {@link MemoryPeerNetwork.snapshotSource}; a cut link loses them without a word. */
  askSnapshot(
    from: MemoryPeerNetwork,
    address: string,
    question: MemorySnapshotQuestion,
  ): Promise<SnapshotAnswer> {
    const { request, timeoutMs } = question;
    return new Promise((resolve, reject) => {
      const silent = (): void => reject(new PeerSilentError(`member ${request.to} gives no state`));
      const cancel = this.#ports.clock.timer(timeoutMs, silent);
      void this.#carrySnapshot(from, address, question).then((answer) => {
        if (answer === "lost") return;
        cancel();
        if (answer === "refused") silent();
        else resolve(answer);
      });
    });
  }

  /** There and back, each in a later turn. */
  async #carrySnapshot(
    from: MemoryPeerNetwork,
    address: string,
    { request, isClosed }: MemorySnapshotQuestion,
  ): Promise<SnapshotAnswer | "lost" | "refused"> {
    const { turn } = this.#ports;
    const later = (): Promise<void> => new Promise((resume) => turn.soon(resume));
    await later();
    if (this.#isCut(from.address, address)) return "lost";
    const network = this.#networks.get(address);
    const { clusterId = 0, storeId } = from.identity;
    const caller = { clusterId, storeId, from: request.from, to: request.to };
    if (isClosed() || network?.running !== true) return "refused";
    if (refusalOfSnapshot(network.identity, caller) !== undefined) return "refused";
    const answer = await network.events.snapshotAsked(request);
    await later();
    if (this.#isCut(from.address, address)) return "lost";
    return isClosed() || !network.running || !from.running ? "refused" : answer;
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
      network.events.disconnected(id);
    }
    const bootId = answering?.identity.bootId;
    if (link.bootId !== undefined && link.bootId !== bootId && !link.goneTold) {
      link.goneTold = true;
      network.events.gone(id);
    }
    if (answering === undefined || link.connectedTo !== undefined) return;
    if (this.#refusal(network, link, answering) !== undefined) return;
    link.connectedTo = answering;
    link.bootId = answering.identity.bootId;
    link.goneTold = false;
    network.events.connected(id, link.bootId);
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
    return this.#cuts.has(pairOf(a, b));
  }
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
