import { type BootId, type Clock, type Logger, messageOf, type Random } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";
import type { PeerEvents, PeerIdentity, PeerMessage } from "@holdfast/replica";
import { refusalOfAnswer, sameTimings } from "../handshake.ts";
import type { PeerLimits } from "../peer-limits.ts";
import { newPeerCounters, type PeerCounters, type PeerStats } from "../peer-stats.ts";
import { encodeIdentity } from "./identity-codec.ts";
import { type ConnectionEnd, PeerConnection } from "./peer-connection.ts";
import { RedialTimer } from "./redial-timer.ts";
import { type ProbeAnswer, probe } from "./tcp-probe.ts";

/** What a link stands on. */
export interface PeerLinkPorts {
  readonly identity: () => PeerIdentity;
  readonly events: PeerEvents;
  readonly limits: PeerLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Between two log lines about messages dropped for one peer, ms. */
const DROP_LOG_MS = 1_000;

/**
 * Keeps one peer connected and knows whether its process is gone (decision 20).
 *
 * 1. There is at most one connection, one attempt or one waiting timer.
 * 2. `disconnected` follows each `connected` once, and precedes a `gone`.
 * 3. `gone` is told at most once between two connections, and only of a process
 *    whose boot id was seen: when its address refuses a dial, or another boot id
 *    speaks for the same member. Silence proves nothing.
 */
export class PeerLink {
  readonly #ports: PeerLinkPorts;
  readonly #profile: MemberProfile;
  readonly #counters: PeerCounters = newPeerCounters();
  #connection: PeerConnection | undefined;
  #connected = false;
  #probing = false;
  readonly #redial: RedialTimer;
  #connectedAt = 0;
  #closed = false;
  /** The process seen last, whichever side dialled. */
  #bootId: BootId | undefined;
  #goneTold = false;
  #lastTrouble: string | undefined;
  #warnedTimings: BootId | undefined;
  #dropLogAt = 0;

  constructor(profile: MemberProfile, ports: PeerLinkPorts) {
    this.#profile = profile;
    this.#ports = {
      ...ports,
      logger: ports.logger.child({ peer: profile.name, member: profile.id }),
    };
    this.#redial = new RedialTimer(ports, () => this.dial());
  }

  get profile(): MemberProfile {
    return this.#profile;
  }

  stats(): PeerStats {
    const { bytesSent, messagesSent, messagesDropped, connections } = this.#counters;
    return {
      member: this.#profile.id,
      connected: this.#connected,
      bytesSent,
      messagesSent,
      messagesDropped,
      reconnects: Math.max(0, connections - 1),
      queuedBytes: this.#connection?.queuedBytes ?? 0,
    };
  }

  /** Dials, unless that is going on already. */
  dial(): void {
    if (this.#closed || this.#connection !== undefined) return;
    this.#redial.stop();
    this.#probe();
  }

  send(messages: readonly PeerMessage[]): void {
    const connection = this.#connected ? this.#connection : undefined;
    const dropped = connection?.send(messages) ?? messages.length;
    if (dropped === 0) return;
    this.#counters.messagesDropped += dropped;
    if (connection === undefined) return;
    const now = this.#ports.clock.now();
    if (now < this.#dropLogAt) return;
    this.#dropLogAt = now + DROP_LOG_MS;
    const { messagesDropped } = this.#counters;
    this.#ports.logger.warn(
      { dropped, messagesDropped },
      "queue to peer is full, messages dropped",
    );
  }

  /** The peer introduced itself on a stream of its own: it lives, so a pending redial need not wait. */
  heardFrom(identity: PeerIdentity): void {
    this.#noteProcess(identity);
    if (this.#redial.isPending) this.dial();
  }

  /** A stream that the peer had opened broke: ask the kernel whether anyone is there still. */
  incomingBroke(bootId: BootId): void {
    if (this.#closed || bootId !== this.#bootId) return;
    if (this.#connected) this.#probe();
    else if (this.#redial.isPending) this.dial();
  }

  /** Ends the link for good; what this turn sent still goes out. */
  close(): Promise<void> {
    this.#closed = true;
    if (this.#connected) this.#tellDisconnected("it is let go");
    this.#redial.stop();
    const connection = this.#connection;
    this.#connection = undefined;
    return connection?.finish() ?? Promise.resolve();
  }

  #probe(): void {
    if (this.#probing) return;
    this.#probing = true;
    const { limits, clock, logger } = this.#ports;
    const { peerAddress: address } = this.#profile;
    void probe({ address, timeoutMs: limits.probeTimeoutMs, clock })
      .catch((failure: unknown): ProbeAnswer => {
        logger.error({ address, reason: messageOf(failure) }, "peer cannot be dialled");
        return "silent";
      })
      .then((answer) => {
        this.#probing = false;
        if (!this.#closed) this.#probed(answer);
      });
  }

  #probed(answer: ProbeAnswer): void {
    if (answer === "refused") {
      if (this.#connection !== undefined) this.#drop("the address refuses a dial");
      this.#tellGone();
    }
    if (this.#connection !== undefined) {
      this.#watchAttempt(this.#connection);
      return;
    }
    if (answer === "open") {
      this.#connect();
      return;
    }
    this.#logOnce(answer === "refused" ? "nobody listens at its address" : "no answer to a dial");
    this.#redial.start();
  }

  #connect(): void {
    const { identity, limits, clock, logger } = this.#ports;
    const connection = new PeerConnection(
      {
        address: this.#profile.peerAddress,
        identity: encodeIdentity(identity()),
        limits,
        clock,
        logger,
        counters: this.#counters,
      },
      {
        answered: (peer) => this.#answered(peer),
        ready: (peer) => this.#ready(peer),
        closed: (end) => this.#lost(end),
      },
    );
    this.#connection = connection;
    connection.open();
    this.#watchAttempt(connection);
  }

  /**
   * A process that is being killed may take a connection that it will never answer,
   * and gRPC then tries again in its own time. So an attempt that takes long is
   * doubted, and the kernel asked.
   */
  #watchAttempt(connection: PeerConnection): void {
    if (this.#connected) return;
    this.#ports.clock.timer(this.#ports.limits.redialMs, () => {
      const undecided = this.#connection === connection && !this.#connected;
      if (undecided && !this.#closed) this.#probe();
    });
  }

  #answered(peer: PeerIdentity): string | undefined {
    const { storeId, id } = this.#profile;
    const refusal = refusalOfAnswer(this.#ports.identity(), { storeId, id }, peer);
    // Whoever answers in its place, the process known so far no longer listens there.
    if (refusal === undefined) this.#noteProcess(peer);
    else if (this.#bootId !== undefined && this.#bootId !== peer.bootId) this.#tellGone();
    return refusal;
  }

  #ready(peer: PeerIdentity): void {
    this.#connected = true;
    this.#connectedAt = this.#ports.clock.now();
    this.#goneTold = false;
    this.#redial.quicken();
    this.#lastTrouble = undefined;
    this.#counters.connections += 1;
    this.#warnOfTimings(peer);
    this.#ports.logger.info({ bootId: peer.bootId }, "peer connected");
    this.#ports.events.connected(this.#profile.id, peer.bootId);
  }

  /** The connection ended by itself. */
  #lost({ reason, refused }: ConnectionEnd): void {
    this.#connection = undefined;
    if (!this.#connected) {
      if (refused) this.#redial.slowDown();
      this.#logOnce(reason);
      this.#redial.start();
      return;
    }
    const steady = this.#hasStood();
    // Dialled first, so that whatever the replica does now the answer is on its way.
    if (steady) this.dial();
    else this.#redial.start();
    this.#tellDisconnected(reason);
  }

  /** Ends a connection that leads nowhere any more. */
  #drop(reason: string): void {
    this.#connection?.close();
    this.#connection = undefined;
    if (!this.#connected) return;
    this.#hasStood();
    this.#tellDisconnected(reason);
  }

  #tellDisconnected(reason: string): void {
    this.#connected = false;
    this.#ports.logger.info({ reason }, "peer disconnected");
    this.#ports.events.disconnected(this.#profile.id);
  }

  /** Whether the connection was one to rely on; one that breaks at once each time must not be dialled at once each time. */
  #hasStood(): boolean {
    const { clock, limits } = this.#ports;
    const stood = clock.now() - this.#connectedAt >= limits.steadyMs;
    if (stood) this.#redial.restart();
    return stood;
  }

  #logOnce(reason: string): void {
    if (reason === this.#lastTrouble) return;
    this.#lastTrouble = reason;
    this.#ports.logger.warn({ reason }, "peer is not connected");
  }

  /** Another boot id than before means that the process of before is gone. */
  #noteProcess({ bootId }: PeerIdentity): void {
    if (this.#bootId === bootId) return;
    const replaced = this.#bootId !== undefined;
    if (replaced && this.#connected) {
      this.#drop("another process speaks for the peer");
      this.#redial.start();
    }
    if (replaced) this.#tellGone();
    this.#bootId = bootId;
    this.#goneTold = false;
  }

  #tellGone(): void {
    if (this.#bootId === undefined || this.#goneTold) return;
    this.#goneTold = true;
    this.#ports.logger.info({ bootId: this.#bootId }, "peer process is gone");
    this.#ports.events.gone(this.#profile.id);
  }

  #warnOfTimings(peer: PeerIdentity): void {
    const own = this.#ports.identity();
    if (sameTimings(own, peer) || this.#warnedTimings === peer.bootId) return;
    this.#warnedTimings = peer.bootId;
    const { heartbeatMs, electionTimeoutMs } = peer;
    this.#ports.logger.warn(
      {
        heartbeatMs,
        electionTimeoutMs,
        ownHeartbeatMs: own.heartbeatMs,
        ownElectionTimeoutMs: own.electionTimeoutMs,
      },
      "peer has other timings; elections will be uneven",
    );
  }
}
