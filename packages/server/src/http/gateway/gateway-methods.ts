import type { MethodDefinition } from "@grpc/grpc-js";
import type { loadDefinition } from "@holdfast/protocol";
import type { ServedMethod, ServedMethods } from "../../grpc/served-methods.ts";
import { RECEIVE_BYTES_MAX } from "../../grpc/server-options.ts";
import { type GatewayCodec, gatewayCodec, type MethodCodec } from "./gateway-codec.ts";

export interface GatewayParts {
  readonly methods: ServedMethods;
  /** What describes them. */
  readonly definition: ReturnType<typeof loadDefinition>;
}

/** The body of a request: as much as a message of gRPC. */
export const GATEWAY_BODY_BYTES_MAX: number = RECEIVE_BYTES_MAX;

/** What is served as JSON, whatever it is reached by. */
export class GatewayMethods {
  readonly #parts: GatewayParts;
  #codec: Promise<GatewayCodec> | undefined;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** By full path, `/etcdserverpb.KV/Range`. */
  get(path: string): ServedMethod | undefined {
    return this.#parts.methods.get(path);
  }

  async codecOf(method: MethodDefinition<object, object>): Promise<MethodCodec> {
    this.#codec ??= gatewayCodec(this.#parts.definition);
    return (await this.#codec)(method);
  }

  /** Whether more than one answer may come. */
  isStream(path: string): boolean {
    const [, service = "", name = ""] = path.split("/");
    const methods = this.#parts.definition[service] as
      | Readonly<Record<string, { readonly responseStream: boolean }>>
      | undefined;
    return methods?.[name]?.responseStream === true;
  }
}
