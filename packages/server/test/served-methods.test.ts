import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import { expect, onTestFinished, test } from "vitest";
import { type Admission, ServedMethods } from "../src/grpc/served-methods.ts";
import { asker, clientOf } from "./open-edge.ts";

const DENIED = { code: status.PERMISSION_DENIED, details: "etcdserver: permission denied" };
const onlyWithToken: Admission = (_path: string, metadata: Metadata) =>
  metadata.get("token").length > 0 ? undefined : DENIED;

async function serve(handlers: UntypedServiceImplementation): Promise<string> {
  const server = new Server();
  const service = loadDefinition("etcd/rpc.proto")["etcdserverpb.KV"] as ServiceDefinition;
  new ServedMethods(server, onlyWithToken).add(service, handlers);
  onTestFinished(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (failure, port) =>
      failure === null ? resolve(`127.0.0.1:${port}`) : reject(failure),
    );
  });
}

test("a call that is not admitted never reaches its handler", async () => {
  let served = 0;
  const target = await serve({
    Put: (_call: unknown, callback: (failure: null, answer: object) => void) => {
      served += 1;
      callback(null, {});
    },
  });
  const kv = asker(clientOf(target, "etcdserverpb", "KV"));

  await expect(kv("Put", {})).rejects.toMatchObject(DENIED);
  expect(served).toBe(0);

  await kv("Put", {}, { metadata: { token: "t" } });
  expect(served).toBe(1);
});

test("a stream that is not admitted ends with the refusal", async () => {
  let served = 0;
  const target = await serve({
    RangeStream: () => {
      served += 1;
    },
  });
  const client = clientOf(target, "etcdserverpb", "KV") as unknown as {
    RangeStream(request: object): NodeJS.ReadableStream;
  };

  const refused = new Promise((resolve) => {
    client.RangeStream({}).on("error", resolve).resume();
  });

  expect(await refused).toMatchObject(DENIED);
  expect(served).toBe(0);
});

test("what nobody serves is known, and answers as such", async () => {
  const target = await serve({});
  const kv = asker(clientOf(target, "etcdserverpb", "KV"));

  await expect(kv("Put", {})).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});
