import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** How every HTTP/2 connection begins (RFC 9113, section 3.4), with empty settings behind it. */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS = http2Frame({ type: 4, flags: 0, stream: 0, body: Buffer.alloc(0) });
export const HTTP2_BEGIN: Buffer = Buffer.concat([Buffer.from(PREFACE), SETTINGS]);

/** A connection to `host:port` that reads what comes and does nothing by itself. */
export async function dial(address: string): Promise<Socket> {
  const at = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  // A reset is as good an end as any.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** What comes on a connection until the other side ends it. */
export async function said(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await closed(socket);
  return Buffer.concat(chunks).toString("latin1");
}

/** Resolves when a connection is over, however it came to that. */
export async function closed(socket: Socket): Promise<void> {
  // Not by `once`, which takes a reset for a failure.
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}

/** A call that a client begins and does not end. */
export function beginningOfCall(path: string): Buffer {
  const headers = [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "bad-input"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ];
  // Literal, without an index and without Huffman's code.
  const block = headers.flatMap(([name = "", value = ""]) => [
    Buffer.of(0, name.length),
    Buffer.from(name),
    Buffer.of(value.length),
    Buffer.from(value),
  ]);
  const endOfHeaders = 4;
  const body = Buffer.concat(block);
  return Buffer.concat([
    HTTP2_BEGIN,
    http2Frame({ type: 1, flags: endOfHeaders, stream: 1, body }),
  ]);
}

export function http2Frame(frame: {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly body: Uint8Array;
}): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(frame.body.length, 0, 3);
  head.writeUInt8(frame.type, 3);
  head.writeUInt8(frame.flags, 4);
  head.writeUInt32BE(frame.stream, 5);
  return Buffer.concat([head, frame.body]);
}
