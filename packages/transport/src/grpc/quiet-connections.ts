import type { Socket } from "node:net";
import type { Cancel, Clock } from "@holdfast/base";

interface Connection {
  /** Something whole has come since the last look. */
  heard: boolean;
  /** Streams of peers that have introduced themselves. */
  streams: number;
}

/**
 * Ends incoming connections on which nothing whole comes: no call with all of its request,
 * no stream with an identity. gRPC counts a call that has only begun as work, so whoever
 * begins one and says no more would keep a place for ever, and there are few.
 */
export class QuietConnections {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #connections = new Map<string, Connection>();

  constructor(clock: Clock, idleMs: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
  }

  /** Watches a connection until it is closed; one that is quiet is ended within twice the time. */
  watch(socket: Socket): void {
    const name = `${socket.remoteAddress}:${socket.remotePort}`;
    const connection: Connection = { heard: false, streams: 0 };
    this.#connections.set(name, connection);
    let cancel: Cancel = () => undefined;
    const look = (): void => {
      if (!connection.heard && connection.streams === 0) {
        socket.destroy();
        return;
      }
      connection.heard = false;
      cancel = this.#clock.timer(this.#idleMs, look);
    };
    cancel = this.#clock.timer(this.#idleMs, look);
    socket.once("close", () => {
      cancel();
      if (this.#connections.get(name) === connection) this.#connections.delete(name);
    });
  }

  /** A whole request has come from the connection that gRPC calls so. */
  heard(name: string): void {
    const connection = this.#connections.get(name);
    if (connection !== undefined) connection.heard = true;
  }

  /** A peer has introduced itself on a stream. Returns what is to be called when the stream is over. */
  introduced(name: string): () => void {
    const connection = this.#connections.get(name);
    if (connection === undefined) return () => undefined;
    connection.streams += 1;
    return () => {
      connection.streams -= 1;
    };
  }
}
