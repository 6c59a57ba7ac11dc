import { type StatusObject, status } from "@grpc/grpc-js";
import { type BootId, type Cancel, type Clock, type Logger, messageOf } from "@holdfast/base";
import type { PeerIdentity, PeerMessage } from "@holdfast/replica";
import { LANES, type Lane, laneOf } from "../lane.ts";
import type { PeerLimits } from "../peer-limits.ts";
import type { PeerCounters } from "../peer-stats.ts";
import { peerClientCredentials, peerClientOptions } from "./channel-options.ts";
import { decodeIdentity } from "./identity-codec.ts";
import { LaneWriter } from "./lane-writer.ts";
import { type PeerClient, peerService, type WireIdentity, type WireStream } from "./peer-wire.ts";

/** What a connection stands on. */
export interface PeerConnectionPorts {
  readonly address: string;
  readonly identity: WireIdentity;
  readonly limits: PeerLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: PeerCounters;
}

/** How a connection ended. */
export interface ConnectionEnd {
  readonly reason: string;
  /** One of the two sides knows the other and wants nothing of it. */
  readonly refused: boolean;
}

/** What a connection tells its owner. */
export interface PeerConnectionEvents {
  /** Somebody introduced itself; the answer is why it is not the one, if it is not. */
  answered(identity: PeerIdentity): string | undefined;
  /** Both lanes stand. */
  ready(identity: PeerIdentity): void;
  /** Over, for good and by itself; called once, not after {@link PeerConnection.close}. */
  closed(end: ConnectionEnd): void;
}

/**
 * One channel to one peer with its two lanes, from dial to end.
 *
 * A broken lane breaks the whole: the owner makes a new connection, with a new
 * channel, so that no pause of an old one delays it. Its states are greeting,
 * ready, closed, in this order.
 */
export class PeerConnection {
  readonly #ports: PeerConnectionPorts;
  readonly #events: PeerConnectionEvents;
  readonly #client: PeerClient;
  readonly #streams = new Map<Lane, WireStream>();
  readonly #writers = new Map<Lane, LaneWriter>();
  #bootId: BootId | undefined;
  #closed = false;
  #cancelGreeting: Cancel | undefined;

  constructor(ports: PeerConnectionPorts, events: PeerConnectionEvents) {
    this.#ports = ports;
    this.#events = events;
    const { Client } = peerService();
    const options = peerClientOptions(ports.limits);
    this.#client = new Client(ports.address, peerClientCredentials(), options);
  }

  get isReady(): boolean {
    return !this.#closed && this.#writers.size === LANES.length;
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const writer of this.#writers.values()) bytes += writer.queuedBytes;
    return bytes;
  }

  open(): void {
    const { clock, limits, identity } = this.#ports;
    this.#cancelGreeting = clock.timer(limits.handshakeTimeoutMs, () =>
      this.#fail(`no introduction within ${limits.handshakeTimeoutMs} ms`),
    );
    for (const lane of LANES) {
      const stream = this.#client.exchange();
      this.#streams.set(lane, stream);
      // The status says all that an error says, and comes with every end.
      stream.on("error", () => undefined);
      stream.on("status", ({ code, details }: StatusObject) =>
        this.#fail(`${status[code]}: ${details}`, code === status.FAILED_PRECONDITION),
      );
      stream.on("data", (frame: { readonly identity?: WireIdentity | null }) =>
        this.#answered(lane, frame.identity ?? undefined),
      );
      stream.write({ identity });
    }
  }

  /** Queues messages, each for its lane; returns how many were dropped. */
  send(messages: readonly PeerMessage[]): number {
    let dropped = 0;
    for (const message of messages) {
      if (this.#writers.get(laneOf(message))?.push(message) !== true) dropped += 1;
    }
    return dropped;
  }

  /** Ends everything at once; nothing is told any more. */
  close(): void {
    if (this.#closed) return;
    this.#retire();
    for (const stream of this.#streams.values()) stream.cancel();
    this.#client.close();
  }

  /** Lets what this turn queued go out, then ends the streams; resolves when the peer has taken it or the grace time is over. */
  finish(): Promise<void> {
    if (!this.isReady) {
      this.close();
      return Promise.resolve();
    }
    const { clock, limits } = this.#ports;
    return new Promise((resolve) => {
      let open = this.#streams.size;
      const done = (): void => {
        cancel();
        for (const stream of this.#streams.values()) stream.cancel();
        this.#client.close();
        resolve();
      };
      const cancel = clock.timer(limits.stopGraceMs, done);
      for (const stream of this.#streams.values()) {
        stream.on("status", () => {
          open -= 1;
          if (open === 0) done();
        });
      }
      // The writers flush in a microtask of this turn; this one comes after it.
      queueMicrotask(() => {
        this.#retire();
        for (const stream of this.#streams.values()) stream.end();
      });
    });
  }

  #answered(lane: Lane, wire: WireIdentity | undefined): void {
    if (this.#closed) return;
    if (wire === undefined || this.#writers.has(lane)) {
      this.#fail("the peer said something else than who it is");
      return;
    }
    let identity: PeerIdentity;
    try {
      identity = decodeIdentity(wire);
    } catch (failure) {
      this.#fail(messageOf(failure), true);
      return;
    }
    const refusal = this.#events.answered(identity);
    if (this.#closed) return;
    if (refusal !== undefined || (this.#bootId ?? identity.bootId) !== identity.bootId) {
      this.#fail(refusal ?? "two processes answered on one connection", true);
      return;
    }
    this.#bootId = identity.bootId;
    this.#writers.set(lane, this.#writerOf(lane));
    if (!this.isReady) return;
    this.#cancelGreeting?.();
    this.#events.ready(identity);
  }

  #writerOf(lane: Lane): LaneWriter {
    const { limits, counters, logger } = this.#ports;
    const stream = this.#streams.get(lane);
    return new LaneWriter({
      limits,
      counters,
      logger,
      write: (messages, taken) => {
        if (!this.#closed) stream?.write({ messages }, taken);
      },
    });
  }

  #fail(reason: string, refused = false): void {
    if (this.#closed) return;
    this.close();
    this.#events.closed({ reason, refused });
  }

  #retire(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelGreeting?.();
    for (const writer of this.#writers.values()) {
      this.#ports.counters.messagesDropped += writer.close();
    }
  }
}
