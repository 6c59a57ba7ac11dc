import { Metadata, type MethodDefinition } from "@grpc/grpc-js";
import type { loadDefinition } from "@holdfast/protocol";
import type { JsonMethod } from "@holdfast/protocol/json";
import { SystemTurn } from "../../adapters/system-turn.ts";

/** Turns requests and answers of one method from JSON to what its handler takes and gives, and back. */
export interface MethodCodec {
  /** @throws Error that says what is wrong in it. */
  request(json: unknown): object;
  /** @throws JsonTooLargeError */
  response(message: object): Promise<string>;
}

export type GatewayCodec = (method: MethodDefinition<object, object>) => MethodCodec;

/**
 * The codec of all methods that a definition describes. The bytes of gRPC lie between JSON and a handler, so
 * that it sees the same message whatever a call came by. Loaded with the first call: it takes a while, and
 * most nodes are never asked in JSON.
 */
export async function gatewayCodec(
  definition: ReturnType<typeof loadDefinition>,
): Promise<GatewayCodec> {
  const { jsonMethods, jsonText } = await import("@holdfast/protocol/json");
  const methods = jsonMethods(definition);
  const turn = new SystemTurn();
  return (method) => {
    const json = methods.get(method.path) as JsonMethod;
    return {
      request: (given) => {
        const bytes = json.request.bytesOf(given as Parameters<typeof json.request.bytesOf>[0]);
        return method.requestDeserialize(Buffer.from(bytes));
      },
      response: (message) => jsonText(json.response, method.responseSerialize(message), turn),
    };
  };
}

const METADATA_PREFIX = "grpc-metadata-";

/**
 * What a call says beside its request: the token of `Authorization`, and, as with etcd's gateway, every header
 * `Grpc-Metadata-…`.
 */
export function metadataOf(headers: Readonly<Record<string, unknown>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) {
    const key = name === "authorization" ? name : name.slice(METADATA_PREFIX.length);
    const isGiven = name === "authorization" || name.startsWith(METADATA_PREFIX);
    if (isGiven && key !== "" && typeof value === "string") metadata.set(key, value);
  }
  metadata.set("grpcgateway-accept", String(headers["accept"] ?? "*/*"));
  return metadata;
}
