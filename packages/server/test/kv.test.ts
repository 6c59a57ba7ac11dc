import { status } from "@grpc/grpc-js";
import { beforeEach, describe, expect, test } from "vitest";
import { type Answer, type Ask, bytes, openEdge } from "./open-edge.ts";
import { MEMBER, type SingleReplica } from "./single-replica.ts";

let kv: Ask;
let replica: SingleReplica;

beforeEach(async () => {
  ({ kv, replica } = await openEdge());
});

const put = (key: string, value: string, more: object = {}) =>
  kv("Put", { key: bytes(key), value: bytes(value), ...more });
const range = (key: string, more: object = {}) => kv("Range", { key: bytes(key), ...more });
const values = (answer: Answer) => answer.kvs.map((kv: Answer) => kv.value.toString("latin1"));

describe("put and range", () => {
  test("what was put is read, with etcd's revisions and header", async () => {
    const first = await put("a", "1");
    await put("a", "2");

    const read = await range("a");

    expect(first.header).toEqual({
      cluster_id: "9007199254740991",
      member_id: String(MEMBER),
      revision: "2",
      raft_term: "2",
    });
    expect(read).toMatchObject({ header: { revision: "3" }, count: "1", more: false });
    expect(read.kvs).toEqual([
      {
        key: bytes("a"),
        value: bytes("2"),
        create_revision: "2",
        mod_revision: "3",
        version: "2",
        lease: "0",
      },
    ]);
  });

  test("a put shows the pair before it", async () => {
    await put("a", "1");

    const { prev_kv } = await put("a", "2", { prev_kv: true });

    expect(prev_kv).toMatchObject({ value: bytes("1"), mod_revision: "2" });
  });

  test("a range follows its end, limit, order and revision", async () => {
    for (const key of ["a", "b", "c"]) await put(key, key.toUpperCase());

    const limited = await range("a", { range_end: bytes("\0"), limit: 2 });
    const descending = await range("a", { range_end: bytes("c"), sort_order: "DESCEND" });
    const earlier = await range("a", { range_end: bytes("z"), revision: 3 });
    const counted = await range("a", { range_end: bytes("z"), count_only: true });

    expect(limited).toMatchObject({ more: true, count: "3" });
    expect(values(limited)).toEqual(["A", "B"]);
    expect(values(descending)).toEqual(["B", "A"]);
    expect(values(earlier)).toEqual(["A", "B"]);
    expect(earlier.header.revision).toBe("4");
    expect(counted).toMatchObject({ count: "3", kvs: [] });
  });

  test("a range of thousands comes back whole and in order, as one of few does", async () => {
    const names = Array.from({ length: 3_500 }, (_, at) => `key${String(at).padStart(4, "0")}`);
    for (let at = 0; at < names.length; at += 100) {
      const success = names.slice(at, at + 100).map((name) => ({
        request_put: { key: bytes(name), value: bytes(`${name} value`) },
      }));
      await kv("Txn", { success });
    }

    const all = await range("key", { range_end: bytes("kez") });
    const some = await range("key", { range_end: bytes("kez"), limit: 2_500 });

    expect(values(all)).toEqual(names.map((name) => `${name} value`));
    expect(all).toMatchObject({ more: false, count: "3500", header: { revision: "36" } });
    expect(some).toMatchObject({ more: true, count: "3500" });
    expect(some.kvs).toEqual(all.kvs.slice(0, 2_500));
  });

  test("values of a megabyte come back whole", async () => {
    const value = "v".repeat(1024 * 1024);

    await put("a", value);

    expect(values(await range("a"))).toEqual([value]);
  });
});

describe("deletion", () => {
  test("tells how many keys it removed, and which", async () => {
    for (const key of ["a", "b", "c"]) await put(key, key);

    const answer = await kv("DeleteRange", {
      key: bytes("a"),
      range_end: bytes("c"),
      prev_kv: true,
    });

    expect(answer).toMatchObject({ deleted: "2", header: { revision: "5" } });
    expect(answer.prev_kvs).toMatchObject([{ key: bytes("a") }, { key: bytes("b") }]);
    expect((await range("a")).kvs).toEqual([]);
  });

  test("of nothing makes no revision", async () => {
    expect(await kv("DeleteRange", { key: bytes("a") })).toMatchObject({
      deleted: "0",
      header: { revision: "1" },
    });
  });
});

describe("transactions", () => {
  const create = (key: string) => ({
    compare: [{ key: bytes(key), target: "VERSION", result: "EQUAL", version: 0 }],
    success: [{ request_put: { key: bytes(key), value: bytes("new") } }],
    failure: [{ request_range: { key: bytes(key) } }],
  });

  test("take the branch that their guards choose", async () => {
    const first = await kv("Txn", create("a"));
    const second = await kv("Txn", create("a"));

    expect(first).toMatchObject({ succeeded: true, header: { revision: "2" } });
    expect(first.responses[0].response_put.header.revision).toBe("2");
    expect(second.succeeded).toBe(false);
    expect(values(second.responses[0].response_range)).toEqual(["new"]);
  });

  test("that only read need no entry in the log", async () => {
    await put("a", "1");
    const before = replica.counts.entries;

    const answer = await kv("Txn", { success: [{ request_range: { key: bytes("a") } }] });

    expect(answer).toMatchObject({ succeeded: true, header: { revision: "2" } });
    expect(values(answer.responses[0].response_range)).toEqual(["1"]);
    expect(replica.counts.entries).toBe(before);
  });

  test("that only read are serializable where every range is", async () => {
    replica.loseLeader();
    const read = (serializable: boolean) => ({
      success: [{ request_range: { key: bytes("a"), serializable } }],
    });

    await expect(kv("Txn", read(true))).resolves.toMatchObject({ succeeded: true });
    await expect(kv("Txn", read(false), { metadata: { hasleader: "true" } })).rejects.toMatchObject(
      { details: "etcdserver: no leader" },
    );
  });
});

describe("refusals have etcd's code and text", () => {
  const key = bytes("a");
  test.each([
    ["Range", {}, status.INVALID_ARGUMENT, "etcdserver: key is not provided"],
    ["Put", {}, status.INVALID_ARGUMENT, "etcdserver: key is not provided"],
    ["Range", { key, sort_order: 9 }, status.INVALID_ARGUMENT, "etcdserver: invalid sort option"],
    [
      "Range",
      { key, revision: 99 },
      status.OUT_OF_RANGE,
      "etcdserver: mvcc: required revision is a future revision",
    ],
    [
      "Range",
      { key, revision: "9223372036854775807" },
      status.OUT_OF_RANGE,
      "etcdserver: mvcc: required revision is a future revision",
    ],
    [
      "Put",
      { key, value: key, ignore_value: true },
      status.INVALID_ARGUMENT,
      "etcdserver: value is provided",
    ],
    ["Put", { key, ignore_value: true }, status.INVALID_ARGUMENT, "etcdserver: key not found"],
    [
      "Put",
      { key, lease: "9223372036854775807" },
      status.NOT_FOUND,
      "etcdserver: requested lease not found",
    ],
    ["Txn", { success: [{}] }, status.INVALID_ARGUMENT, "etcdserver: key not found"],
    [
      "Txn",
      { success: [{ request_put: { key } }, { request_put: { key } }] },
      status.INVALID_ARGUMENT,
      "etcdserver: duplicate key given in txn request",
    ],
    [
      "Txn",
      { success: new Array(129).fill({ request_range: { key } }) },
      status.INVALID_ARGUMENT,
      "etcdserver: too many operations in txn request",
    ],
    [
      "Put",
      { key, value: Buffer.alloc(1_600_000) },
      status.INVALID_ARGUMENT,
      "etcdserver: request is too large",
    ],
  ])("%s %#: %j", async (method, request, code, details) => {
    await expect(kv(method, request)).rejects.toMatchObject({ code, details });
  });

  test("a message above 2 MiB is refused before it is read", async () => {
    await expect(put("a", "v".repeat(2 * 1024 * 1024))).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    await expect(put("a", "small")).resolves.toBeDefined();
  });
});

describe("without a leader", () => {
  beforeEach(() => replica.loseLeader());

  test("a write fails at once where the client asked for that", async () => {
    const refused = kv("Put", { key: bytes("a") }, { metadata: { hasleader: "true" } });

    await expect(refused).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: "etcdserver: no leader",
    });
  });

  test("a write waits and is done when the leader returns", async () => {
    const written = put("a", "1");
    await expect(range("a", { serializable: true })).resolves.toMatchObject({ kvs: [] });

    replica.regainLeader();

    await expect(written).resolves.toMatchObject({ header: { revision: "2" } });
  });

  test("a call ends with its deadline", async () => {
    await expect(kv("Put", { key: bytes("a") }, { timeoutMs: 40 })).rejects.toMatchObject({
      code: expect.toSatisfy((code) =>
        [status.DEADLINE_EXCEEDED, status.UNAVAILABLE].includes(code),
      ),
    });
  });
});
