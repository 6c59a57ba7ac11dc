import { connect } from "node:http2";

/** How a call ended that should not have been made. */
export interface GrpcRefusal {
  readonly code: number;
  readonly details: string;
}

interface BadCall {
  readonly path: string;
  /** A whole message. */
  readonly bytes?: Uint8Array;
  /** What goes on the wire instead, as it is. */
  readonly framed?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWER_WITHIN_MS = 10_000;

/**
 * Makes a gRPC call with nothing but Node's HTTP/2, so that no library refuses first what is
 * to be refused by the node.
 *
 * @throws Error where the stream broke without a status.
 */
export async function grpcRefusal(address: string, call: BadCall): Promise<GrpcRefusal> {
  const session = connect(`http://${address}`);
  try {
    return await new Promise<GrpcRefusal>((resolve, reject) => {
      session.once("error", reject);
      const stream = session.request({
        ":method": "POST",
        ":path": call.path,
        "content-type": "application/grpc",
        te: "trailers",
        ...call.headers,
      });
      let code = -1;
      let details = "";
      const note = (headers: Readonly<Record<string, unknown>>): void => {
        if (headers["grpc-status"] === undefined) return;
        code = Number(headers["grpc-status"]);
        details = decodeURIComponent(String(headers["grpc-message"] ?? ""));
      };
      stream.setTimeout(ANSWER_WITHIN_MS, () => reject(new Error(`no answer to ${call.path}`)));
      stream.on("response", note).on("trailers", note).on("error", reject).resume();
      stream.on("close", () => resolve({ code, details }));
      stream.end(call.framed ?? framed(call.bytes ?? new Uint8Array(0)));
    });
  } finally {
    session.destroy();
  }
}

/** A message of protobuf whose fields are numbers, texts and bytes. */
export function message(
  ...fields: readonly (readonly [number, Uint8Array | string | number])[]
): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === "number") return [varint(field * 8), varint(value)];
      const bytes = Buffer.from(value);
      return [varint(field * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

function framed(bytes: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.of(...bytes, rest);
    bytes.push((rest % 128) | 128);
  }
}
