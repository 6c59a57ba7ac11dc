import { type AddressInfo, connect } from "node:net";
import { type MethodDefinition, Server, type ServiceDefinition } from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import { fastify } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { ADMIT_ALL, ServedMethods } from "../../grpc/served-methods.ts";
import type { MethodCodec } from "./gateway-codec.ts";
import { GatewayMethods, type GatewayParts } from "./gateway-methods.ts";
import { gatewayRoutes } from "./gateway-routes.ts";

/** Those of a node that takes its time to load what JSON needs, as with the first call. */
class SlowMethods extends GatewayMethods {
  readonly asked: Promise<void>;
  /** What was asked for has been given. */
  given: Promise<unknown> | undefined;
  readonly #loaded: Promise<void>;
  #isAsked: () => void = () => undefined;

  constructor(parts: GatewayParts, loaded: Promise<void>) {
    super(parts);
    this.#loaded = loaded;
    this.asked = new Promise((resolve) => {
      this.#isAsked = resolve;
    });
  }

  override async codecOf(method: MethodDefinition<object, object>): Promise<MethodCodec> {
    const given = this.#loaded.then(() => super.codecOf(method));
    this.given = given;
    this.#isAsked();
    return given;
  }
}

test.each([
  ["/v3/kv/range", "etcdserverpb.KV", "Range"],
  ["/v3/watch", "etcdserverpb.Watch", "Watch"],
])("%s is not served to a client that went before it could be", async (url, service, name) => {
  const definition = loadDefinition("etcd/rpc.proto");
  let served = 0;
  const byPath = new ServedMethods(new Server(), ADMIT_ALL);
  byPath.add(definition[service] as ServiceDefinition, { [name]: () => void served++ });
  let load: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    load = resolve;
  });
  const methods = new SlowMethods({ methods: byPath, definition }, loaded);
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(gatewayRoutes, { prefix: "/v3", methods });
  const gone = new Promise<void>((resolve) => {
    app.server.once("request", (_request, response) => response.once("close", resolve));
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1" });
  client.write(`POST ${url} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}`);
  await methods.asked;
  client.destroy();
  await gone;

  load();
  await methods.given;
  await new Promise(setImmediate);

  expect(served).toBe(0);
});
