import { connect } from "node:http2";

/** How a gRPC call ended: its status and the messages that came, as bytes. */
export interface GrpcAnswer {
  readonly status: number;
  readonly messages: readonly Buffer[];
}

const CALL_MS_MAX = 5000;
const PREFIX_BYTES = 5;

/**
 * Makes a gRPC call over plain HTTP/2 with nothing but Node: what any client in any
 * language puts on the wire. Sends one message and ends its side.
 */
export async function grpcCall(
  address: string,
  call: { readonly path: string; readonly message: Uint8Array },
): Promise<GrpcAnswer> {
  const session = connect(`http://${address}`);
  try {
    return await new Promise<GrpcAnswer>((resolve, reject) => {
      session.once("error", reject);
      const stream = session.request({
        ":method": "POST",
        ":path": call.path,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const chunks: Buffer[] = [];
      let status = -1;
      const note = (headers: Readonly<Record<string, unknown>>): void => {
        if (headers["grpc-status"] !== undefined) status = Number(headers["grpc-status"]);
      };
      stream.setTimeout(CALL_MS_MAX, () => reject(new Error(`no answer to ${call.path}`)));
      stream.on("response", note).on("trailers", note).on("error", reject);
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("close", () => resolve({ status, messages: messagesIn(Buffer.concat(chunks)) }));
      stream.end(framed(call.message));
    });
  } finally {
    session.close();
  }
}

/** No compression, four bytes of length, the message. */
function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function messagesIn(bytes: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + PREFIX_BYTES <= bytes.length; ) {
    const end = at + PREFIX_BYTES + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(at + PREFIX_BYTES, end));
    at = end;
  }
  return messages;
}
