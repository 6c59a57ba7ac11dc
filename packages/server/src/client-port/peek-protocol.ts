import type { Socket } from "node:net";

/**
 * What the first bytes of a connection say it speaks; everything that is not HTTP/2 is left to the HTTP/1.1 parser.
 * `socket`: HTTP/1.1 that may become a WebSocket of the gateway.
 */
export type ClientProtocol = "http2" | "http1" | "socket";

/** Why nothing could be told. */
export type PeekFailure = "closed" | "too-slow";

const BEGINNINGS: readonly (readonly [ClientProtocol, Buffer])[] = [
  // How every HTTP/2 connection begins (RFC 9113, section 3.4); no HTTP/1.1 request begins so.
  ["http2", Buffer.from("PRI * HTTP/2.0", "latin1")],
  // All else there is POST.
  ["socket", Buffer.from("GET /v3", "latin1")],
];

/**
 * Finds out what a connection speaks and leaves all bytes in it, unread.
 *
 * `done` is called once. When it is given a protocol the socket is ready to be
 * handed on in the same turn; with a failure the socket is to be destroyed.
 */
export function peekProtocol(
  socket: Socket,
  timeoutMs: number,
  done: (outcome: ClientProtocol | PeekFailure) => void,
): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => finish("too-slow"), timeoutMs);

  const finish = (outcome: ClientProtocol | PeekFailure): void => {
    clearTimeout(timer);
    socket.off("readable", read);
    socket.off("end", gone);
    socket.off("close", gone);
    socket.off("error", gone);
    if (seen.length > 0) socket.unshift(seen);
    done(outcome);
  };
  const gone = (): void => finish("closed");
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const protocol = protocolOf(seen);
    if (protocol !== undefined) finish(protocol);
  };

  socket.on("readable", read);
  socket.on("end", gone);
  socket.on("close", gone);
  socket.on("error", gone);
}

/** `undefined` while the bytes may still become something else than plain HTTP/1.1. */
export function protocolOf(seen: Buffer): ClientProtocol | undefined {
  for (const [protocol, beginning] of BEGINNINGS) {
    const shared = Math.min(seen.length, beginning.length);
    if (beginning.compare(seen, 0, shared, 0, shared) !== 0) continue;
    return shared === beginning.length ? protocol : undefined;
  }
  return "http1";
}
