import type { Server as HttpServer } from "node:http";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import {
  type ConnectionInjector,
  type Server as GrpcServer,
  ServerCredentials,
} from "@grpc/grpc-js";
import { assert, type Logger } from "@holdfast/base";
import type { CallLedger } from "../requests/call-ledger.ts";
import { awaitGoOpening } from "./go-opening.ts";
import { type ListenAddress, listen } from "./listen.ts";
import { type PeekFailure, peekProtocol } from "./peek-protocol.ts";

export interface ClientPortOptions extends ListenAddress {
  /**
   * Connections at once; one more is closed when it is accepted.
   *
   * @default 10000
   */
  readonly connectionsMax: number;
  /**
   * How long a connection may take to say what it speaks, ms.
   *
   * @default 5000
   */
  readonly peekTimeoutMs: number;
  /**
   * How long the first call of a client of Go is waited for, ms, before its connection is handed on; see
   * {@link awaitGoOpening}.
   *
   * @default 1000
   */
  readonly firstCallMs: number;
}

export const CLIENT_PORT_DEFAULTS: Omit<ClientPortOptions, keyof ListenAddress> = {
  connectionsMax: 10_000,
  peekTimeoutMs: 5_000,
  firstCallMs: 1_000,
};

export interface ClientPortParts {
  /** Its services added, but not started. */
  readonly grpc: GrpcServer;
  /** Ready to be given connections; it does not listen itself. */
  readonly http: HttpServer;
  /** The same for connections that may become a WebSocket. */
  readonly sockets: HttpServer;
  readonly calls: CallLedger;
  readonly logger: Logger;
}

/**
 * A client without pings of its own, as those of HTTP/1.1 and WebSockets are, is asked by the system whether it
 * is still there once it was silent for so long, ms.
 */
const KEPT_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };
/** After the last call has ended its answer is still to be written out; a connection has so long for it, ms. */
const FLUSH_MS = 500;

/**
 * One port for gRPC and HTTP/1.1: the first bytes of each connection decide
 * (decision 24).
 *
 * States: constructed, listening, draining, stopped. A drain lets calls in flight
 * end and refuses new ones; `stop` is a drain without patience.
 */
export class ClientPort {
  readonly #parts: ClientPortParts;
  readonly #options: ClientPortOptions;
  readonly #server: NetServer;
  readonly #injector: ConnectionInjector;
  readonly #sockets = new Set<Socket>();
  #address: ListenAddress | undefined;
  #draining: Promise<void> | undefined;
  #lastClosed: () => void = () => undefined;
  #refused = 0;

  constructor(parts: ClientPortParts, options: ListenAddress & Partial<ClientPortOptions>) {
    this.#parts = parts;
    this.#options = Object.freeze({ ...CLIENT_PORT_DEFAULTS, ...options });
    this.#injector = parts.grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#server = createServer(KEPT_ALIVE, (socket) => this.#accept(socket));
    this.#server.maxConnections = this.#options.connectionsMax;
    this.#server.on("drop", () => this.#dropped());
  }

  /** @throws PortTakenError, ListenError */
  async start(): Promise<void> {
    this.#address = await listen(this.#server, this.#options);
    // Node begins to hold HTTP requests to their time limits when their server listens; this one never does.
    this.#parts.http.emit("listening");
    this.#parts.sockets.emit("listening");
    this.#server.on("error", (failure) => {
      this.#parts.logger.error({ failure }, "client port failed");
    });
  }

  /** Where it listens; known once it has started. */
  get address(): ListenAddress {
    assert(this.#address !== undefined, "the client port has started");
    return this.#address;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections refused because there were {@link ClientPortOptions.connectionsMax} already. */
  get connectionsRefused(): number {
    return this.#refused;
  }

  /**
   * Accepts nothing more, tells gRPC clients to go elsewhere, and resolves when the
   * calls in flight have ended or `graceMs` is over and all connections are closed.
   */
  drain(graceMs: number): Promise<void> {
    this.#draining ??= this.#drain(graceMs);
    return this.#draining;
  }

  stop(): Promise<void> {
    return this.drain(0);
  }

  async #drain(graceMs: number): Promise<void> {
    const { http, sockets, grpc, calls } = this.#parts;
    const accepting = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    // GOAWAY: streams that are open go on, the client opens new ones elsewhere, and the
    // connection closes behind the last. grpc-js's own tryShutdown would not wait for them,
    // because it takes a session that is closing for closed.
    this.#injector.drain(graceMs + FLUSH_MS);
    http.closeIdleConnections();
    sockets.closeIdleConnections();
    await within(graceMs, calls.idle());
    await within(Math.min(graceMs, FLUSH_MS), this.#allClosed());
    grpc.forceShutdown();
    http.close();
    sockets.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await accepting;
  }

  #allClosed(): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#lastClosed = resolve;
    });
  }

  #closed(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#lastClosed();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#closed(socket));
    // A reset may come while nobody listens: between the peek and its taker, or behind both.
    socket.on("error", ignoreReset);
    peekProtocol(socket, this.#options.peekTimeoutMs, (outcome) => {
      switch (outcome) {
        case "http2":
          awaitGoOpening(socket, this.#options, (opening) => {
            if (opening === "ready") this.#injector.injectConnection(socket);
            else this.#gaveUp(socket, opening);
          });
          break;
        case "http1":
          this.#parts.http.emit("connection", socket);
          break;
        case "socket":
          this.#parts.sockets.emit("connection", socket);
          break;
        default:
          this.#gaveUp(socket, outcome);
      }
    });
  }

  #gaveUp(socket: Socket, reason: PeekFailure): void {
    this.#parts.logger.debug(
      { reason, peer: socket.remoteAddress },
      "connection ended before it said what it speaks",
    );
    socket.destroy();
  }

  #dropped(): void {
    this.#refused += 1;
    // A warning for the first, then for each thousand: whoever floods the port must not flood the log.
    if (this.#refused % 1000 !== 1) return;
    this.#parts.logger.warn(
      { connectionsMax: this.#options.connectionsMax, refused: this.#refused },
      "too many client connections; refused",
    );
  }
}

function ignoreReset(): void {
  // "close" follows and is what counts.
}

/** Resolves with the work or after `limitMs`, whichever is first. */
function within(limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
