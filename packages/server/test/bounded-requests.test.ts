import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import { expect, test } from "vitest";
import { BoundedRequests } from "../src/grpc/bounded-requests.ts";
import { openEdge } from "./open-edge.ts";
import { longestTurnMs } from "./raw-web-socket.ts";

type Method = MethodDefinition<object, object>;

const DEFINITION = loadDefinition("etcd/rpc.proto");
const key = Buffer.from("key");

/** What is decoded of a request, and how many bytes were handed to the decoder for it. */
function decoded(name: string, method: string, bytes: Buffer) {
  const service = DEFINITION[name] as ServiceDefinition;
  const original = service[method] as Method;
  let handed = 0;
  const requestDeserialize = (given: Buffer): object => {
    handed += given.length;
    return original.requestDeserialize(given);
  };
  const counting = { [method]: { ...original, requestDeserialize } } as ServiceDefinition;
  const bounded = new BoundedRequests(DEFINITION).service(name, counting)[method] as Method;
  return { request: bounded.requestDeserialize(bytes), handed };
}

/** So many bytes of a field that comes again and again. */
function repeated(bytes: number, ...field: readonly number[]): Buffer {
  return Buffer.alloc(bytes, Uint8Array.from(field));
}

test("a transaction of a million guards is not decoded, but one that is refused like it", () => {
  const { request, handed } = decoded("etcdserverpb.KV", "Txn", repeated(2_000_000, 0x0a, 0));

  expect(handed).toBeLessThan(1_000);
  expect(request).toMatchObject({ compare: { length: 129 } });
});

test("a transaction of as many steps as a request can hold is decoded", () => {
  const { requestSerialize } = (DEFINITION["etcdserverpb.KV"] as ServiceDefinition)[
    "Txn"
  ] as Method;
  const compare = new Array(2_730).fill({ key, target: "MOD", mod_revision: "7", result: "LESS" });
  const success = new Array(2_730).fill({ request_put: { key, lease: "7", prev_kv: true } });
  const range = { key, range_end: key, limit: "1", revision: "2", sort_order: "DESCEND" };
  const failure = new Array(2_730).fill({ request_range: { ...range, max_mod_revision: "9" } });

  const { request } = decoded(
    "etcdserverpb.KV",
    "Txn",
    requestSerialize({ compare, success, failure }),
  );

  expect(request).toMatchObject({ success: { length: 2_730 }, failure: { length: 2_730 } });
});

test.each([
  ["etcdserverpb.KV", "Range", [0x0a, 0]],
  ["etcdserverpb.Watch", "Watch", [0x0a, 0]],
  ["etcdserverpb.Lease", "LeaseGrant", [0x10, 1]],
  ["etcdserverpb.Cluster", "MemberAdd", [0x0a, 0]],
])("%s/%s of a million fields is not decoded, and told why", (service, method, field) => {
  expect(() => decoded(service, method, repeated(2_000_000, ...field))).toThrow(
    "the request has more than 16384 messages, or 131072 fields",
  );
});

test("a put of a large value is decoded", async () => {
  const { kv } = await openEdge();
  const value = Buffer.alloc(1_500_000, "v");

  await kv("Put", { key, value });

  expect((await kv("Range", { key })).kvs[0].value).toHaveLength(1_500_000);
});

test("a watch with two million filters in one field holds nobody up", () => {
  const filters = Buffer.alloc(2_000_000, 1);
  const inner = Buffer.concat([Buffer.of(0x2a), length(filters), filters]);
  const request = Buffer.concat([Buffer.of(0x0a), length(inner), inner]);

  expect(() => decoded("etcdserverpb.Watch", "Watch", request)).toThrow("131072 fields");
});

test("a transaction of 650,000 guards as JSON is refused, and holds nobody up", async () => {
  const { url } = await openEdge();
  const ask = async (body: string) => {
    const response = await fetch(`${url}/v3/kv/txn`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };
  await ask("{}");
  const body = `{"compare":[${"{},".repeat(650_000)}{}]}`;
  let answer = { status: 0, text: "" };

  const longest = await longestTurnMs(async () => {
    answer = await ask(body);
  });

  expect(answer).toMatchObject({ status: 400, text: expect.stringContaining("131072") });
  expect(longest).toBeLessThan(150);
});

function length({ length: bytes }: Buffer): Buffer {
  return Buffer.of((bytes & 127) | 128, ((bytes >> 7) & 127) | 128, bytes >> 14);
}
