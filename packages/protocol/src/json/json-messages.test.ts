import { expect, test } from "vitest";
import { loadDefinition } from "../load-protocol.ts";
import { jsonMessage, registryOf } from "./json-messages.ts";
import { jsonMethods } from "./json-methods.ts";

const DEFINITION = loadDefinition("etcd/rpc.proto", "etcd/v3election.proto");
const REGISTRY = registryOf(DEFINITION);

/** What comes back of a message that was read from JSON. */
function again(name: string, json: object): unknown {
  const described = REGISTRY.getMessage(name);
  if (described === undefined) throw new Error(`there is no ${name}`);
  const message = jsonMessage(described);
  return message.jsonOf(message.bytesOf(json as never));
}

test("a transaction is the same in both kinds of names, and comes back in those of the file", () => {
  const camel = {
    compare: [{ key: "YQ==", target: "CREATE", createRevision: 5, result: "NOT_EQUAL" }],
    success: [{ requestPut: { key: "YQ==", value: "Yg==", prevKv: true } }],
    failure: [{ requestDeleteRange: { key: "YQ==", rangeEnd: "eg==" } }],
  };
  const ofFile = {
    compare: [{ key: "YQ==", target: "CREATE", create_revision: "5", result: "NOT_EQUAL" }],
    success: [{ request_put: { key: "YQ==", value: "Yg==", prev_kv: true } }],
    failure: [{ request_delete_range: { key: "YQ==", range_end: "eg==" } }],
  };

  expect(again("etcdserverpb.TxnRequest", camel)).toEqual(ofFile);
  expect(again("etcdserverpb.TxnRequest", ofFile)).toEqual(ofFile);
});

test.each([
  [
    "names in capitals",
    "etcdserverpb.LeaseGrantRequest",
    { TTL: "60", ID: 7 },
    { TTL: "60", ID: "7" },
  ],
  ["an enum by number", "etcdserverpb.RangeRequest", { sort_order: 2 }, { sort_order: "DESCEND" }],
  [
    "what has its default",
    "etcdserverpb.RangeRequest",
    { limit: "0", keys_only: false, key: "" },
    {},
  ],
  ["an enum nobody knows", "etcdserverpb.RangeRequest", { sort_order: "UPWARDS" }, {}],
  ["fields nobody knows", "etcdserverpb.RangeRequest", { bogus: [{}], limit: 1 }, { limit: "1" }],
  [
    "bytes without padding, as in URLs",
    "etcdserverpb.RangeRequest",
    { key: "-_8" },
    { key: "+/8=" },
  ],
  [
    "a type of another package",
    "v3electionpb.ProclaimRequest",
    { leader: { rev: "3", lease: 9 }, value: "YQ==" },
    { leader: { rev: "3", lease: "9" }, value: "YQ==" },
  ],
  [
    "a number above 2^53",
    "etcdserverpb.LeaseRevokeRequest",
    { ID: "9223372036854775807" },
    { ID: "9223372036854775807" },
  ],
])("%s", (_what, name, json, expected) => {
  expect(again(name, json)).toEqual(expected);
});

test.each([
  ["key", { key: 1 }],
  ["key", { key: "%" }],
  ["limit", { limit: "x" }],
  ["limit", { limit: 1.5 }],
  ["limit", { limit: "99999999999999999999" }],
  ["serializable", { serializable: "yes" }],
])("a wrong %s is named", (field, json) => {
  expect(() => again("etcdserverpb.RangeRequest", json)).toThrow(field);
});

test("methods are found by their path, also those of packages that use another's messages", () => {
  const methods = jsonMethods(DEFINITION);

  const leader = methods.get("/v3electionpb.Election/Leader");

  const bytes = leader?.response.bytesOf({ header: { revision: 3 }, kv: { key: "YQ==" } });
  expect(leader?.response.jsonOf(bytes ?? new Uint8Array(0))).toEqual({
    header: { revision: "3" },
    kv: { key: "YQ==" },
  });
  expect(methods.get("/etcdserverpb.Watch/Watch")).toBeDefined();
  expect(methods.get("/etcdserverpb.KV/None")).toBeUndefined();
});
