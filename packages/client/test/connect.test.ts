import { expect, test } from "vitest";
import { connect } from "../src/connect.ts";
import { EtcdEndpoint } from "../src/grpc/etcd-endpoint.ts";
import { GrpcNode } from "./grpc-node.ts";

test("over gRPC, what is put can be got, ranged over, and deleted", async () => {
  await using node = new GrpcNode();
  await node.start();
  await using store = await connect(node.address);

  const put = await store.put("users/1", JSON.stringify({ name: "Ann" }));
  await store.put(Uint8Array.of(0, 255), Uint8Array.of(1, 2, 3));
  const entry = await store.get("users/1");
  const users = await store.range({ prefix: "users/" }, { limit: 10 });
  const deletion = await store.delete({ from: "users/", to: "users0" }, { previous: true });

  expect(entry?.key).toBe("users/1");
  expect(entry?.json()).toEqual({ name: "Ann" });
  expect(entry?.modRevision).toBe(put.revision);
  expect(users).toMatchObject({ count: 1, more: false });
  expect(deletion.previous.map((previous) => previous.key)).toEqual(["users/1"]);
  expect(await store.get("users/1")).toBeUndefined();
  expect([...((await store.get(Uint8Array.of(0, 255)))?.value ?? [])]).toEqual([1, 2, 3]);
});

test("what the answers of one message lead to travels in one message again", async () => {
  await using node = new GrpcNode();
  await node.start();
  await using store = await connect([node.address]);
  await store.put("first", "opens the session");
  const before = node.messages;

  await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      await store.put(`k${n}`, "v");
      await store.get(`k${n}`);
      await store.delete(`k${n}`);
    }),
  );

  expect(node.messages - before).toBe(3);
});

test("a read that is refused is told to the one who asked", async () => {
  await using node = new GrpcNode();
  await node.start();
  await using store = await connect(node.address);

  const [ahead, fine] = await Promise.allSettled([
    store.get("k", { revision: 999 }),
    store.range({ prefix: "" }),
  ]);

  expect(ahead).toMatchObject({ status: "rejected", reason: { code: "FUTURE_REVISION" } });
  expect(fine).toMatchObject({ status: "fulfilled", value: { count: 0 } });
});

test("where nobody listens, connecting says so for each address, and a status is down", async () => {
  const node = new GrpcNode();
  await node.start();
  const { address } = node;
  await node[Symbol.asyncDispose]();
  const endpoint = new EtcdEndpoint(address);

  const failed = connect(address, { timeoutMs: 200 });

  await expect(failed).rejects.toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
  await expect(failed).rejects.toThrow(address);
  expect(await endpoint.status({ timeoutMs: 500 })).toMatchObject({
    kind: "down",
    endpoint: address,
  });
  endpoint.close();
});

test("connecting ends when its signal fires", async () => {
  const failed = connect("127.0.0.1:1", { signal: AbortSignal.abort(new Error("no more")) });

  await expect(failed).rejects.toMatchObject({ code: "ABORTED", outcome: "not-applied" });
});
