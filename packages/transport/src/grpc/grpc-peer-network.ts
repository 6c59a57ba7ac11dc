import type { Clock, Logger, MemberId, Random } from "@holdfast/base";
import { messageOf } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";
import type {
  PeerEvents,
  PeerIdentity,
  PeerMessage,
  PeerNetwork,
  SnapshotSource,
} from "@holdfast/replica";
import {
  GUESTS_MAX,
  guestProfile,
  isAddressed,
  refusalOfCaller,
  wantsAnswer,
} from "../handshake.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { PeerSilentError } from "../peer-errors.ts";
import { type PeerLimits, resolvePeerLimits } from "../peer-limits.ts";
import type { PeerStats } from "../peer-stats.ts";
import { peerClientCredentials, peerClientOptions } from "./channel-options.ts";
import { GrpcSnapshotSource } from "./grpc-snapshot-source.ts";
import { decodeIdentity, encodeIdentity } from "./identity-codec.ts";
import { PeerLink } from "./peer-link.ts";
import { PeerServer } from "./peer-server.ts";
import { peerService, type WireIdentity } from "./peer-wire.ts";

/** What the network stands on. */
export interface GrpcPeerNetworkPorts {
  /** Who this node is now; asked for at each handshake. */
  readonly identity: () => PeerIdentity;
  readonly events: PeerEvents;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits?: Partial<PeerLimits>;
}

/** Between two log lines about messages that name another sender or receiver, ms. */
const STRAY_LOG_MS = 1_000;
/** Between two log lines about the same refusal, ms. */
const REFUSAL_LOG_MS = 30_000;
/** How many refusals are told apart in the log. */
const REFUSALS_KEPT_MAX = 64;

/**
 * The peer network over gRPC: what A sends to B travels on streams that A opened.
 *
 * `listen` before `setPeers`; until then nothing is dialled. After `stop` it does
 * nothing any more.
 */
export class GrpcPeerNetwork implements PeerNetwork {
  readonly #ports: GrpcPeerNetworkPorts;
  readonly #limits: PeerLimits;
  readonly #links = new Map<MemberId, PeerLink>();
  /** Links to members that this node has not heard of, kept while they speak to it. */
  readonly #guests = new Set<MemberId>();
  /** How many streams of each member are open, so that it hears this node's answers. */
  readonly #speaking = new Map<MemberId, number>();
  readonly #sources = new Set<GrpcSnapshotSource>();
  readonly #server: PeerServer;
  #stopping: Promise<void> | undefined;
  #strayLogAt = 0;
  #strays = 0;
  readonly #refusalLogAt = new Map<string, number>();

  constructor(ports: GrpcPeerNetworkPorts) {
    this.#ports = ports;
    this.#limits = resolvePeerLimits(ports.limits);
    const { identity, clock, logger } = ports;
    this.#server = new PeerServer({
      identity,
      limits: this.#limits,
      clock,
      logger,
      greet: (caller) => this.#greet(caller),
      opened: (caller) => this.#opened(caller),
      received: (caller, messages) => this.#received(caller, messages),
      ended: (caller, broken) => this.#ended(caller, broken),
      asked: (caller) => this.#asked(caller),
      snapshotAsked: (request) => ports.events.snapshotAsked(request),
    });
  }

  /** The port that is listened on; of use when the address said 0. */
  get port(): number | undefined {
    return this.#server.port;
  }

  /**
   * Opens the peer port, `host:port`.
   *
   * @throws PeerPortTakenError if another process listens there.
   * @throws PeerAddressError if the address is not one of this host.
   */
  listen(address: string): Promise<void> {
    return this.#server.listen(address);
  }

  /** Closes the port, says goodbye to every peer and ends all connections; every call waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  setPeers(peers: readonly MemberProfile[]): void {
    if (this.#stopping !== undefined) return;
    const own = this.#ports.identity().memberId;
    const wanted = new Map(peers.filter(({ id }) => id !== own).map((peer) => [peer.id, peer]));
    for (const [id, link] of this.#links) {
      const { peerAddress, storeId } = link.profile;
      const peer = wanted.get(id);
      if (peer === undefined && this.#guests.has(id)) continue;
      this.#guests.delete(id);
      if (peer?.peerAddress === peerAddress && peer.storeId === storeId) continue;
      this.#links.delete(id);
      void link.close();
    }
    for (const peer of wanted.values()) {
      if (!this.#links.has(peer.id)) this.#addLink(peer);
    }
  }

  send(to: MemberId, messages: readonly PeerMessage[]): void {
    if (messages.length > 0) this.#links.get(to)?.send(messages);
  }

  hello(address: string, timeoutMs: number): Promise<PeerIdentity> {
    return new Promise((resolve, reject) => {
      const { host, port } = parsePeerAddress(address);
      const silent = (failure: unknown): void =>
        reject(
          new PeerSilentError(`no peer answers at ${host}:${port}: ${messageOf(failure)}`, {
            cause: failure,
          }),
        );
      const { Client } = peerService();
      const client = new Client(address, peerClientCredentials(), peerClientOptions(this.#limits));
      const request = encodeIdentity(this.#ports.identity());
      client.hello(request, { deadline: Date.now() + timeoutMs }, (failure, answer) => {
        client.close();
        if (failure !== null || answer === undefined) silent(failure);
        else settle(answer, resolve, silent);
      });
    });
  }

  /** A connection of its own to the peer; where it is not known, every question rejects. */
  snapshotSource(from: MemberId): SnapshotSource {
    const { identity } = this.#ports;
    const source: GrpcSnapshotSource = new GrpcSnapshotSource({
      address:
        this.#stopping === undefined ? this.#links.get(from)?.profile.peerAddress : undefined,
      limits: this.#limits,
      identity,
      closed: () => this.#sources.delete(source),
    });
    this.#sources.add(source);
    return source;
  }

  /** One for each peer, in the order in which they were named. */
  stats(): readonly PeerStats[] {
    return [...this.#links.values()].map((link) => link.stats());
  }

  #addLink(peer: MemberProfile): void {
    const { logger } = this.#ports;
    try {
      parsePeerAddress(peer.peerAddress);
    } catch (failure) {
      logger.error({ peer: peer.name, reason: messageOf(failure) }, "peer cannot be dialled");
      return;
    }
    const link = new PeerLink(peer, { ...this.#ports, limits: this.#limits });
    this.#links.set(peer.id, link);
    link.dial();
  }

  /** Whoever cannot be read is answered all the same: it asked who *this* node is. */
  async #asked(wire: WireIdentity): Promise<PeerIdentity> {
    const { identity, events } = this.#ports;
    const caller = this.#stopping === undefined ? readable(wire) : undefined;
    const membershipConfirmed = caller !== undefined && (await events.asked(caller));
    return { ...identity(), membershipConfirmed };
  }

  #greet(caller: PeerIdentity): string | undefined {
    const refusal = refusalOfCaller(this.#ports.identity(), caller);
    if (refusal !== undefined) this.#logRefusal(caller, refusal);
    return refusal;
  }

  /** A refused peer comes back several times a second; each reason is logged now and then. */
  #logRefusal(caller: PeerIdentity, reason: string): void {
    const now = this.#ports.clock.now();
    if (now < (this.#refusalLogAt.get(reason) ?? 0)) return;
    if (this.#refusalLogAt.size >= REFUSALS_KEPT_MAX) this.#refusalLogAt.clear();
    this.#refusalLogAt.set(reason, now + REFUSAL_LOG_MS);
    this.#ports.logger.warn({ peer: caller.name, reason }, "peer refused");
  }

  #received(caller: PeerIdentity, messages: readonly PeerMessage[]): void {
    if (this.#stopping !== undefined) return;
    const own = this.#ports.identity().memberId;
    const mine = messages.filter((message) => isAddressed(message, caller.memberId, own));
    if (mine.length < messages.length) this.#logStrays(caller, messages.length - mine.length);
    if (mine.some(wantsAnswer)) this.#welcome(caller);
    if (mine.length > 0) this.#ports.events.received(mine);
  }

  #logStrays(caller: PeerIdentity, count: number): void {
    this.#strays += count;
    const now = this.#ports.clock.now();
    if (now < this.#strayLogAt) return;
    this.#strayLogAt = now + STRAY_LOG_MS;
    const fields = { peer: caller.name, strays: this.#strays };
    this.#ports.logger.warn(fields, "messages of another sender or for another receiver dropped");
  }

  #opened(caller: PeerIdentity): void {
    this.#count(caller, 1);
    if (this.#stopping === undefined) this.#welcome(caller);
    this.#linkOf(caller)?.heardFrom(caller);
  }

  /** Whoever speaks to this node can be answered, also one that the configuration in force does not name. */
  #welcome(caller: PeerIdentity): void {
    const guest = this.#linkOf(caller) === undefined ? guestProfile(caller) : undefined;
    if (guest === undefined || this.#guests.size >= GUESTS_MAX) return;
    this.#guests.add(guest.id);
    this.#addLink(guest);
  }

  #ended(caller: PeerIdentity, broken: boolean): void {
    const isSilent = this.#count(caller, -1) === 0;
    const link = this.#linkOf(caller);
    if (link !== undefined && isSilent && this.#guests.delete(link.profile.id)) {
      this.#links.delete(link.profile.id);
      void link.close();
    } else if (broken) link?.incomingBroke(caller.bootId);
  }

  /** Streams that a caller has open, after one more or one less. */
  #count({ memberId }: PeerIdentity, change: 1 | -1): number {
    if (memberId === undefined) return 0;
    const open = (this.#speaking.get(memberId) ?? 0) + change;
    if (open > 0) this.#speaking.set(memberId, open);
    else this.#speaking.delete(memberId);
    return open;
  }

  #linkOf(caller: PeerIdentity): PeerLink | undefined {
    return caller.memberId === undefined ? undefined : this.#links.get(caller.memberId);
  }

  async #stopAll(): Promise<void> {
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const source of [...this.#sources]) source.close();
    const server = this.#server.stop();
    await Promise.all([server, ...links.map((link) => link.close())]);
  }
}

function settle(
  answer: WireIdentity,
  resolve: (identity: PeerIdentity) => void,
  reject: (failure: unknown) => void,
): void {
  try {
    resolve(decodeIdentity(answer));
  } catch (failure) {
    reject(failure);
  }
}

function readable(caller: WireIdentity): PeerIdentity | undefined {
  let known: PeerIdentity | undefined;
  settle(
    caller,
    (identity) => {
      known = identity;
    },
    () => undefined,
  );
  return known;
}
