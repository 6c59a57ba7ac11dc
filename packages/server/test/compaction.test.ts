import { status } from "@grpc/grpc-js";
import { beforeEach, describe, expect, test } from "vitest";
import { type Ask, bytes, openEdge } from "./open-edge.ts";
import { MEMBER } from "./single-replica.ts";

let kv: Ask;
let maintenance: Ask;

beforeEach(async () => {
  ({ kv, maintenance } = await openEdge());
  // Revisions 2 to 5.
  for (const value of ["1", "2", "3", "4"]) {
    await kv("Put", { key: bytes("a"), value: bytes(value) });
  }
});

const COMPACTED = {
  code: status.OUT_OF_RANGE,
  details: "etcdserver: mvcc: required revision has been compacted",
};
const FUTURE = {
  code: status.OUT_OF_RANGE,
  details: "etcdserver: mvcc: required revision is a future revision",
};

describe("a compaction", () => {
  test("refuses what lies before it and takes no revision", async () => {
    const answer = await kv("Compact", { revision: 4 });

    expect(answer.header).toMatchObject({ revision: "5" });
    await expect(kv("Range", { key: bytes("a"), revision: 3 })).rejects.toMatchObject(COMPACTED);
    const at = await kv("Range", { key: bytes("a"), revision: 4 });
    expect(at.kvs[0].value).toEqual(bytes("3"));
  });

  test.each([
    ["that was compacted", 4, COMPACTED],
    ["before one that was", 3, COMPACTED],
    ["below zero", -7, COMPACTED],
    ["to come", 6, FUTURE],
    ["above all numbers", "9223372036854775807", FUTURE],
  ])("of a revision %s is refused in etcd's words", async (_which, revision, refused) => {
    await kv("Compact", { revision: 4 });

    await expect(kv("Compact", { revision })).rejects.toMatchObject(refused);
  });

  test("that is physical is answered too", async () => {
    await kv("Compact", { revision: 5, physical: true });

    const { kvs } = await kv("Range", { key: bytes("a") });
    expect(kvs[0]).toMatchObject({ value: bytes("4"), version: "4" });
  });

  test("inside a transaction's past is found by its ranges", async () => {
    await kv("Compact", { revision: 4 });
    const request_range = { key: bytes("a"), revision: 2 };
    const put = { request_put: { key: bytes("b"), value: bytes("") } };

    const answer = kv("Txn", { success: [put, { request_range }] });

    await expect(answer).rejects.toMatchObject(COMPACTED);
  });
});

describe("the hash of the keys", () => {
  test("names what was hashed, and stays when later keys come", async () => {
    const before = await maintenance("HashKV", {});
    await kv("Put", { key: bytes("b"), value: bytes("") });

    const then = await maintenance("HashKV", { revision: 5 });
    const now = await maintenance("HashKV", { revision: 0 });

    expect(before).toMatchObject({ compact_revision: "-1", hash_revision: "5" });
    expect(then).toMatchObject({
      hash: before.hash,
      hash_revision: "5",
      header: { revision: "6" },
    });
    expect(now).toMatchObject({ hash_revision: "6" });
    expect(now.hash).not.toBe(before.hash);
  });

  test("is the same before and after what a compaction freed is collected", async () => {
    await kv("Compact", { revision: 4 });
    const before = await maintenance("HashKV", {});
    await kv("Compact", { revision: 5, physical: true });
    await kv("Put", { key: bytes("z"), value: bytes("") });
    await kv("Compact", { revision: 6 });
    const uncollected = await maintenance("HashKV", {});

    expect(before).toMatchObject({ compact_revision: "4" });
    expect(uncollected).toMatchObject({ compact_revision: "6", hash_revision: "6" });
    expect(uncollected.hash).not.toBe(before.hash);
  });

  test("is refused where the revision is gone, or to come", async () => {
    await kv("Compact", { revision: 4 });

    await expect(maintenance("HashKV", { revision: 3 })).rejects.toMatchObject(COMPACTED);
    await expect(maintenance("HashKV", { revision: 6 })).rejects.toMatchObject(FUTURE);
    await expect(maintenance("HashKV", { revision: 4 })).resolves.toMatchObject({
      hash_revision: "4",
    });
  });
});

test("the hash of all state changes with what changes it", async () => {
  const one = await maintenance("Hash", {});
  const same = await maintenance("Hash", {});
  await kv("Put", { key: bytes("a"), value: bytes("5") });
  const other = await maintenance("Hash", {});

  expect(same.hash).toBe(one.hash);
  expect(other.hash).not.toBe(one.hash);
});

describe("moving the leader", () => {
  test("to what cannot be a member is refused in etcd's words", async () => {
    await expect(maintenance("MoveLeader", { targetID: "0" })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "etcdserver: bad leader transferee",
    });
  });

  test("is refused by a node that does not lead", async () => {
    const follower = await openEdge();
    follower.replica.loseLeader();

    const answer = follower.maintenance("MoveLeader", { targetID: String(MEMBER) });

    await expect(answer).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "etcdserver: not leader",
    });
  });
});
