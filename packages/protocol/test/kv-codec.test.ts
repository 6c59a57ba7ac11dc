import type { MethodDefinition } from "@grpc/grpc-js";
import {
  decodeDeleteRange,
  decodePut,
  decodeRange,
  decodeTxn,
  encodeDeleteRange,
  encodePut,
  encodeRange,
  encodeTxn,
  isSerializableTxn,
  loadDefinition,
  RefusedRequestError,
} from "@holdfast/protocol";
import type { KeyValue, TxnResult } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";

// Requests and answers go through the real serialisers, as on the wire.
const kv = loadDefinition("etcd/rpc.proto")["etcdserverpb.KV"] as unknown as Readonly<
  // biome-ignore lint/suspicious/noExplicitAny: the definition of a service is untyped by nature
  Record<string, MethodDefinition<any, any>>
>;

function received(method: string, request: object) {
  const definition = methodOf(method);
  return definition.requestDeserialize(definition.requestSerialize(request));
}

function sent(method: string, response: object) {
  const definition = methodOf(method);
  return definition.responseDeserialize(definition.responseSerialize(response));
}

function methodOf(name: string) {
  const method = kv[name];
  if (method === undefined) throw new Error(`no method ${name}`);
  return method;
}

const key = (text: string): Uint8Array => Buffer.from(text);
const header = { cluster_id: 1, member_id: 2 ** 53 - 1, revision: 7, raft_term: 3 };
const wireHeader = {
  cluster_id: "1",
  member_id: "9007199254740991",
  revision: "7",
  raft_term: "3",
};
const pair: KeyValue = {
  key: key("a"),
  value: key("1"),
  createRevision: 2,
  modRevision: 5,
  version: 3,
  lease: 9223372036854775807n,
};
const wirePair = {
  key: key("a"),
  value: key("1"),
  create_revision: "2",
  mod_revision: "5",
  version: "3",
  lease: "9223372036854775807",
};

describe("requests", () => {
  test("a range keeps each of its options", () => {
    const request = received("Range", {
      key: key("a"),
      range_end: key("b"),
      limit: 3,
      revision: 9,
      sort_order: "DESCEND",
      sort_target: "MOD",
      keys_only: true,
      count_only: true,
      min_mod_revision: 1,
      max_mod_revision: 2,
      min_create_revision: 3,
      max_create_revision: 4,
    });

    expect(decodeRange(request)).toEqual({
      key: key("a"),
      rangeEnd: key("b"),
      limit: 3,
      revision: 9,
      sortOrder: "descend",
      sortTarget: "mod",
      keysOnly: true,
      countOnly: true,
      minModRevision: 1,
      maxModRevision: 2,
      minCreateRevision: 3,
      maxCreateRevision: 4,
    });
  });

  test("a sort order that is not known is refused", () => {
    const request = received("Range", { key: key("a"), sort_order: 7 });

    expect(() => decodeRange(request)).toThrow(
      expect.objectContaining({ code: "INVALID_SORT_OPTION" }),
    );
  });

  test("a put keeps its lease exactly", () => {
    const request = received("Put", {
      key: key("a"),
      value: key("1"),
      lease: "9223372036854775807",
      ignore_value: true,
    });

    expect(decodePut(request)).toEqual({
      kind: "put",
      key: key("a"),
      value: key("1"),
      lease: 9223372036854775807n,
      prevKv: false,
      ignoreValue: true,
      ignoreLease: false,
    });
  });

  test("a deletion keeps its range", () => {
    const request = received("DeleteRange", { key: key("a"), range_end: key("b"), prev_kv: true });

    expect(decodeDeleteRange(request)).toEqual({
      kind: "delete-range",
      key: key("a"),
      rangeEnd: key("b"),
      prevKv: true,
    });
  });

  test("a transaction keeps its guards, both branches and what is nested", () => {
    const request = received("Txn", {
      compare: [
        { key: key("a"), target: "VERSION", result: "GREATER", version: 2 },
        {
          key: key("a"),
          target: "VALUE",
          result: "NOT_EQUAL",
          value: key("x"),
          range_end: key("b"),
        },
        { key: key("a"), target: "LEASE", result: "LESS", lease: "-1" },
      ],
      success: [{ request_put: { key: key("a"), value: key("1") } }],
      failure: [
        { request_range: { key: key("a") } },
        { request_txn: { success: [{ request_delete_range: { key: key("c") } }] } },
      ],
    });

    const txn = decodeTxn(request);

    expect(txn.compares).toMatchObject([
      { target: "version", result: "greater", operand: 2n },
      { target: "value", result: "not-equal", operand: key("x"), rangeEnd: key("b") },
      { target: "lease", result: "less", operand: -1n },
    ]);
    expect(txn.success).toMatchObject([{ kind: "put" }]);
    expect(txn.failure).toMatchObject([
      { kind: "range" },
      { kind: "txn", compares: [], success: [{ kind: "delete-range" }], failure: [] },
    ]);
  });

  test("an operand of another kind than the target counts as 0", () => {
    const request = received("Txn", { compare: [{ key: key("a"), target: "MOD", version: 4 }] });

    expect(decodeTxn(request).compares).toMatchObject([{ target: "mod", operand: 0n }]);
  });

  test.each([
    ["a step that asks for nothing", { success: [{}] }, "EMPTY_REQUEST_OP"],
    ["an unknown target", { compare: [{ key: key("a"), target: 9 }] }, "UNKNOWN_COMPARE"],
    ["an unknown result", { compare: [{ key: key("a"), result: 9 }] }, "UNKNOWN_COMPARE"],
  ])("%s is refused", (_name, request, code) => {
    expect(() => decodeTxn(received("Txn", request))).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ["a key that is missing", { request_put: {} }, "KEY_NOT_PROVIDED"],
    ["a range without a key", { request_range: {} }, "KEY_NOT_PROVIDED"],
    [
      "a value beside ignore_value",
      { request_put: { key: key("a"), value: key("1"), ignore_value: true } },
      "VALUE_PROVIDED",
    ],
    [
      "a lease beside ignore_lease",
      { request_put: { key: key("a"), lease: 5, ignore_lease: true } },
      "LEASE_PROVIDED",
    ],
    [
      "too many operations within",
      { request_txn: { failure: Array.from({ length: 127 }, () => ({ request_put: {} })) } },
      "TOO_MANY_OPERATIONS",
    ],
  ])(
    "%s is told if it stands before a step that asks for nothing, as etcd does",
    (_, step, code) => {
      const before = received("Txn", { success: [step, {}] });
      const behind = received("Txn", { success: [{}, step] });

      expect(() => decodeTxn(before)).toThrow(expect.objectContaining({ code }));
      expect(() => decodeTxn(behind)).toThrow(
        expect.objectContaining({ code: "EMPTY_REQUEST_OP" }),
      );
    },
  );

  test("transactions nested without end are refused", () => {
    let txn: Record<string, unknown> = {
      compare: [],
      success: [],
      failure: [],
    };
    for (let depth = 0; depth < 200; depth++) {
      txn = { compare: [], success: [{ request_txn: txn }], failure: [] };
    }

    expect(() => decodeTxn(txn as never)).toThrow(RefusedRequestError);
  });

  test("a transaction is serializable only if it has steps and all are serializable ranges", () => {
    const range = (serializable: boolean) => ({
      request_range: { key: key("a"), serializable },
    });
    const serializable = (request: object) => isSerializableTxn(received("Txn", request));

    expect(serializable({ success: [range(true)] })).toBe(true);
    expect(serializable({ success: [range(true)], failure: [range(false)] })).toBe(false);
    expect(serializable({ compare: [{ key: key("a") }] })).toBe(false);
  });
});

describe("answers", () => {
  test("a range", () => {
    const range = { revision: 7, kvs: [pair], more: true, count: 12 };

    expect(sent("Range", encodeRange(header, range))).toEqual({
      header: wireHeader,
      kvs: [wirePair],
      more: true,
      count: "12",
    });
  });

  test("a put shows the pair before it only where there was one", () => {
    const result = { kind: "put", revision: 7 } as const;

    expect(sent("Put", encodePut(header, { ...result, prevKv: undefined }))).toEqual({
      header: wireHeader,
      prev_kv: null,
    });
    expect(sent("Put", encodePut(header, { ...result, prevKv: pair }))).toMatchObject({
      prev_kv: wirePair,
    });
  });

  test("a deletion", () => {
    const result = { kind: "delete-range", revision: 7, deleted: 1, prevKvs: [pair] } as const;

    expect(sent("DeleteRange", encodeDeleteRange(header, result))).toEqual({
      header: wireHeader,
      deleted: "1",
      prev_kvs: [wirePair],
    });
  });

  test("headers inside a transaction carry a revision only, that of a nested one nothing", () => {
    const result: TxnResult = {
      kind: "txn",
      revision: 7,
      succeeded: true,
      responses: [
        { kind: "put", revision: 7, prevKv: undefined },
        { kind: "range", range: { revision: 7, kvs: [], more: false, count: 0 } },
        { kind: "txn", revision: 7, succeeded: false, responses: [] },
      ],
    };

    const { responses } = sent("Txn", encodeTxn(header, result));

    const bare = { cluster_id: "0", member_id: "0", raft_term: "0" };
    expect(responses[0].response_put.header).toEqual({ ...bare, revision: "7" });
    expect(responses[1].response_range.header).toEqual({ ...bare, revision: "7" });
    expect(responses[2].response_txn.header).toEqual({ ...bare, revision: "0" });
  });
});
