import type { MethodDefinition } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { loadDefinition } from "../load-protocol.ts";
import { MessageForms } from "./message-fields.ts";
import { type RequestParts, requestParts } from "./request-parts.ts";

const DEFINITION = loadDefinition("etcd/rpc.proto");
const FORMS = new MessageForms(DEFINITION);
const TXN = FORMS.fieldsOf("TxnRequest", "etcdserverpb");
const kv = DEFINITION["etcdserverpb.KV"] as unknown as Readonly<
  Record<string, MethodDefinition<object, object>>
>;
const key = Buffer.from("key");
const range = { request_range: { key } };

function encoded(txn: object): Uint8Array {
  return (kv["Txn"] as MethodDefinition<object, object>).requestSerialize(txn);
}

function txnParts(bytes: Uint8Array, messagesMax: number): RequestParts {
  return requestParts(bytes, TXN, { messagesMax, fieldsMax: 10_000 });
}

function repeated(count: number, ...bytes: readonly number[]): Uint8Array {
  return Uint8Array.from(
    { length: count * bytes.length },
    (_, at) => bytes[at % bytes.length] ?? 0,
  );
}

test.each([
  ["nothing", {}, 0],
  ["guards", { compare: [{ key }, { key }] }, 2],
  ["a step, and what it asks for", { success: [range] }, 2],
  ["both branches", { success: [range], failure: [range, range] }, 6],
  [
    "a transaction within",
    { failure: [{ request_txn: { compare: [{ key }], success: [range] } }, range] },
    7,
  ],
])("%s", (_, txn, parts) => {
  const bytes = encoded(txn);

  expect(txnParts(bytes, parts)).toBe("few");
  if (parts > 0) expect(txnParts(bytes, parts - 1)).toBe("too-many");
});

test.each([
  ["empty guards", repeated(5, 0x0a, 0)],
  ["empty steps", repeated(5, 0x12, 0)],
  [
    "one step that says what it asks for again and again",
    Uint8Array.of(0x12, 8, ...repeated(4, 0x0a, 0)),
  ],
  [
    "guards behind fields that nobody knows",
    Uint8Array.of(0x48, 0xff, 1, 0x4d, 1, 2, 3, 4, ...repeated(5, 0x0a, 0)),
  ],
  ["guards, then bytes that are cut off", Uint8Array.of(...repeated(5, 0x0a, 0), 0x0a, 0x7f)],
])("%s are counted", (_, bytes) => {
  expect(txnParts(bytes, 4)).toBe("too-many");
});

test.each([
  ["a guard beyond the end", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ["a number without end", new Array<number>(1_000).fill(0xff)],
  ["a group", [0x4b, 0x4c]],
  ["a field of another type", [0x08, 1]],
  [
    "a number of six bytes for a flag",
    [0x12, 10, 0x12, 8, 0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0],
  ],
  ["a step that ends within a number", [0x12, 1, 0x65, 1, 2, 3, 4]],
])("%s is not read", (_, bytes) => {
  expect(txnParts(Uint8Array.from(bytes), 100)).toBe("unreadable");
});

test.each([
  [49, "few"],
  [51, "unreadable"],
])("%i transactions within each other", (levels, expected) => {
  let bytes: number[] = [];
  for (let level = 0; level < levels; level++) {
    bytes = [0x22, ...length(bytes), ...bytes];
    bytes = [0x12, ...length(bytes), ...bytes];
  }

  expect(txnParts(Uint8Array.from(bytes), 1_000)).toBe(expected);
});

function length(bytes: readonly number[]): readonly number[] {
  return bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
}

test.each([
  ["a key that is said again and again", "RangeRequest", repeated(6, 0x0a, 0)],
  ["a watch that is asked for again and again", "WatchRequest", repeated(6, 0x0a, 0)],
  ["filters one by one", "WatchCreateRequest", repeated(6, 0x28, 1)],
  ["filters in one field", "WatchCreateRequest", Uint8Array.of(0x2a, 6, ...repeated(6, 1))],
  ["fields that nobody knows", "LeaseLeasesRequest", repeated(6, 0x28, 1)],
  ["addresses", "MemberAddRequest", repeated(6, 0x0a, 0)],
])("of %s each counts as a field", (_, name, bytes) => {
  const fields = FORMS.fieldsOf(name, "etcdserverpb");
  const parts = (fieldsMax: number) => requestParts(bytes, fields, { messagesMax: 100, fieldsMax });

  expect(parts(5)).toBe("too-many");
  expect(parts(7)).toBe("few");
});

test("a message is found from within its package, and one that is nowhere is named", () => {
  expect(FORMS.fieldsOf("mvccpb.KeyValue", "etcdserverpb").get(1)).toBe("bytes");
  expect(TXN.get(2)).toBe(TXN.get(3));
  expect(() => FORMS.fieldsOf("Nothing", "etcdserverpb")).toThrow("no message Nothing");
});
