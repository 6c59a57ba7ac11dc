import type { MethodDefinition } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { loadDefinition } from "../load-protocol.ts";
import { hasMoreTxnParts } from "./txn-parts.ts";

const kv = loadDefinition("etcd/rpc.proto")["etcdserverpb.KV"] as unknown as Readonly<
  Record<string, MethodDefinition<object, object>>
>;
const key = Buffer.from("key");
const range = { request_range: { key } };

function encoded(txn: object): Uint8Array {
  return (kv["Txn"] as MethodDefinition<object, object>).requestSerialize(txn);
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

  expect(hasMoreTxnParts(bytes, parts)).toBe(false);
  expect(parts === 0 || hasMoreTxnParts(bytes, parts - 1)).toBe(true);
});

test.each([
  ["empty guards", repeated(5, 0x0a, 0)],
  ["empty steps", repeated(5, 0x12, 0)],
  [
    "one step that says five times what it asks for",
    Uint8Array.of(0x12, 10, ...repeated(5, 0x0a, 0)),
  ],
  ["guards within a group", Uint8Array.of(0x4b, ...repeated(5, 0x0a, 0), 0x4c)],
  [
    "guards behind fields that nobody knows",
    Uint8Array.of(0x48, 0xff, 1, 0x4d, 1, 2, 3, 4, ...repeated(5, 0x0a, 0)),
  ],
  ["guards, then bytes that are cut off", Uint8Array.of(...repeated(5, 0x0a, 0), 0x0a, 0x7f)],
])("%s are counted", (_, bytes) => {
  expect(hasMoreTxnParts(bytes, 4)).toBe(true);
  expect(hasMoreTxnParts(bytes, 6)).toBe(false);
});

test("a length beyond the end, and a number without end, end the walk", () => {
  expect(hasMoreTxnParts(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f), 1)).toBe(false);
  expect(hasMoreTxnParts(repeated(1_000, 0xff), 1)).toBe(false);
});
