import { createServer, type Socket, type Server as TcpServer } from "node:net";
import {
  type ConnectionInjector,
  Server,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { type Clock, type Logger, messageOf } from "@holdfast/base";
import type { PeerIdentity, PeerMessage, SnapshotAnswer, SnapshotRequest } from "@holdfast/replica";
import { parsePeerAddress } from "../peer-address.ts";
import { PeerAddressError, PeerPortTakenError } from "../peer-errors.ts";
import type { PeerLimits } from "../peer-limits.ts";
import { peerServerCredentials, peerServerOptions } from "./channel-options.ts";
import { encodeIdentity } from "./identity-codec.ts";
import { IncomingStream, type ServerStream } from "./incoming-stream.ts";
import {
  peerService,
  type WireIdentity,
  type WireSnapshotChunk,
  type WireSnapshotRequest,
} from "./peer-wire.ts";
import { QuietConnections } from "./quiet-connections.ts";
import { answerSnapshotRequest } from "./snapshot-answer.ts";

/** How every HTTP/2 connection begins (RFC 9113, section 3.4). */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** What the server stands on, and whom it tells. */
export interface PeerServerPorts {
  readonly identity: () => PeerIdentity;
  readonly limits: PeerLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  greet(caller: PeerIdentity): string | undefined;
  opened(caller: PeerIdentity): void;
  received(caller: PeerIdentity, messages: readonly PeerMessage[]): void;
  /** A stream that the caller had opened is over; `broken` unless both sides meant it. */
  ended(caller: PeerIdentity, broken: boolean): void;
  /** Somebody asks who this node is, and says who it is; never rejects. */
  asked(caller: WireIdentity): Promise<PeerIdentity>;
  /** A member of this cluster asks for a chunk of a state. */
  snapshotAsked(request: SnapshotRequest): Promise<SnapshotAnswer>;
}

/**
 * The peer port: answers who this node is, and takes what peers send.
 *
 * It owns its sockets and hands them to gRPC, so that a taken port is told by the
 * kernel's code and a stop closes the port before it says goodbye.
 */
export class PeerServer {
  readonly #ports: PeerServerPorts;
  readonly #grpc: Server;
  readonly #injector: ConnectionInjector;
  readonly #tcp: TcpServer;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<IncomingStream>();
  readonly #quiet: QuietConnections;
  #stopping: Promise<void> | undefined;

  constructor(ports: PeerServerPorts) {
    this.#ports = ports;
    this.#quiet = new QuietConnections(ports.clock, ports.limits.idleMs);
    this.#grpc = new Server(peerServerOptions(ports.limits));
    this.#grpc.addService(peerService().definition, {
      hello: (
        call: ServerUnaryCall<WireIdentity, WireIdentity>,
        answer: sendUnaryData<WireIdentity>,
      ) => {
        this.#quiet.heard(call.getPeer());
        void ports.asked(call.request).then((told) => answer(null, encodeIdentity(told)));
      },
      exchange: (call: ServerStream) => this.#exchange(call),
      fetchSnapshot: (
        call: ServerUnaryCall<WireSnapshotRequest, WireSnapshotChunk>,
        answer: sendUnaryData<WireSnapshotChunk>,
      ) => {
        this.#quiet.heard(call.getPeer());
        return answerSnapshotRequest(call.request, ports, answer);
      },
    });
    this.#injector = this.#grpc.createConnectionInjector(peerServerCredentials());
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#tcp.maxConnections = ports.limits.connectionsMax;
  }

  /** The port that is listened on; of use when the address said 0. */
  get port(): number | undefined {
    const address = this.#tcp.address();
    return typeof address === "object" ? address?.port : undefined;
  }

  /**
   * @throws PeerPortTakenError if another process listens there.
   * @throws PeerAddressError if the address is not one of this host.
   */
  listen(address: string): Promise<void> {
    const { host, port } = parsePeerAddress(address);
    return new Promise((resolve, reject) => {
      const refused = (failure: Error & { readonly code?: string }): void => {
        reject(
          failure.code === "EADDRINUSE"
            ? new PeerPortTakenError(address, { cause: failure })
            : new PeerAddressError(`peer address ${address}: ${messageOf(failure)}`, {
                cause: failure,
              }),
        );
      };
      this.#tcp.once("error", refused);
      this.#tcp.listen({ host, port }, () => {
        this.#tcp.off("error", refused);
        this.#tcp.on("error", (failure) =>
          this.#ports.logger.warn({ reason: messageOf(failure) }, "peer port"),
        );
        resolve();
      });
    });
  }

  /** Closes the port, tells every stream that this node stops, and ends all connections. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  #stopAll(): Promise<void> {
    const { clock, limits } = this.#ports;
    this.#tcp.close();
    for (const stream of this.#streams) stream.end(status.UNAVAILABLE, "stopping");
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#grpc.forceShutdown();
        for (const socket of this.#sockets) socket.destroy();
        resolve();
      };
      const cancel = clock.timer(limits.stopGraceMs, finish);
      this.#grpc.tryShutdown(finish);
    });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // HTTP/2 listens for errors too, but only once it has taken the socket over.
    socket.on("error", () => socket.destroy());
    this.#awaitPreface(socket);
  }

  /** Hands a socket to gRPC once it has begun to speak HTTP/2; a stranger keeps its place only so long. */
  #awaitPreface(socket: Socket): void {
    const { clock, limits } = this.#ports;
    const cancel = clock.timer(limits.handshakeTimeoutMs, () => socket.destroy());
    socket.once("close", cancel);
    let seen = Buffer.alloc(0);
    const look = (): void => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) return;
      seen = Buffer.concat([seen, chunk]);
      const compared = Math.min(seen.length, PREFACE.length);
      if (PREFACE.compare(seen, 0, compared, 0, compared) !== 0) socket.destroy();
      if (socket.destroyed || seen.length < PREFACE.length) return;
      cancel();
      socket.off("readable", look);
      socket.unshift(seen);
      this.#quiet.watch(socket);
      this.#injector.injectConnection(socket);
    };
    socket.on("readable", look);
    socket.once("end", () => socket.destroy());
  }

  #exchange(call: ServerStream): void {
    const { identity, clock, logger, limits } = this.#ports;
    const connection = call.getPeer();
    let leave = (): void => undefined;
    const stream = new IncomingStream(call, {
      identity,
      clock,
      logger,
      handshakeTimeoutMs: limits.handshakeTimeoutMs,
      greet: (caller) => this.#ports.greet(caller),
      opened: (caller) => {
        leave = this.#quiet.introduced(connection);
        this.#ports.opened(caller);
      },
      received: (caller, messages) => this.#ports.received(caller, messages),
      ended: (caller, broken) => {
        this.#streams.delete(stream);
        leave();
        if (caller !== undefined) this.#ports.ended(caller, broken);
      },
    });
    this.#streams.add(stream);
    stream.start();
  }
}
