import type { MethodDefinition } from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import { expect, test } from "vitest";
import { withBoundedParts } from "../src/grpc/grpc-server.ts";

const kv = loadDefinition("etcd/rpc.proto")["etcdserverpb.KV"] as unknown as Readonly<
  Record<string, MethodDefinition<object, object>>
>;
const txn = kv["Txn"] as MethodDefinition<object, object>;
const key = Buffer.from("key");

/** A transaction of so many guards, of two bytes each. */
function guards(count: number): Buffer {
  return Buffer.alloc(2 * count, Uint8Array.of(0x0a, 0));
}

/** What is decoded of a transaction, and how many bytes were handed to the decoder for it. */
function decoded(bytes: Buffer): { readonly txn: object; readonly bytes: number } {
  let handed = 0;
  const counted = (given: Buffer): object => {
    handed += given.length;
    return txn.requestDeserialize(given);
  };
  const found = withBoundedParts({ ...txn, requestDeserialize: counted }).requestDeserialize(bytes);
  return { txn: found, bytes: handed };
}

test("a transaction of a million guards is not decoded, but one that is refused like it", () => {
  const found = decoded(guards(1_000_000));

  expect(found.bytes).toBeLessThan(1_000);
  expect(found.txn).toMatchObject({ compare: { length: 129 } });
});

test("a transaction of as many steps as a request can hold is decoded", () => {
  const steps = new Array(8_192).fill({ request_range: { key } });

  const found = decoded(txn.requestSerialize({ success: steps }));

  expect(found.txn).toMatchObject({ success: { length: 8_192 } });
});
