import { type EtcdCluster, requireTool, startEtcd } from "@holdfast/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isThere } from "../is-there.ts";
import { sharedCluster } from "../shared-cluster.ts";

const HAS_ETCD = isThere("etcd");
const cluster = sharedCluster({ nodes: 1 });
let etcd: EtcdCluster | undefined;

beforeAll(async () => {
  if (HAS_ETCD) etcd = await startEtcd();
});
afterAll(() => etcd?.stop());

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const A = base64("a");
const B = base64("b");
const Z = base64("z");
const EVERYTHING = { key: "AA==", range_end: "AA==" };

/** In this order on both, so that revisions are the same. */
const REQUESTS: readonly (readonly [path: string, body: unknown])[] = [
  ["kv/range", { key: A }],
  ["kv/put", { key: A, value: B }],
  ["kv/put", { key: A, value: Z, prev_kv: true }],
  ["kv/put", { key: A, ignoreValue: true, prevKv: true }],
  ["kv/put", { key: B, value: "" }],
  ["kv/put", { key: B, value: "%" }],
  ["kv/put", { key: "", value: "" }],
  ["kv/put", { key: A, value: B, lease: "77" }],
  ["kv/put", { key: A, value: B, ignore_value: true }],
  ["kv/put", { key: Z, ignore_lease: true, bogus: [1] }],
  ["kv/put", ""],
  ["kv/range", EVERYTHING],
  ["kv/range", { ...EVERYTHING, limit: "1" }],
  ["kv/range", { ...EVERYTHING, limit: 1, keysOnly: true }],
  ["kv/range", { ...EVERYTHING, count_only: true }],
  ["kv/range", { ...EVERYTHING, sort_order: "DESCEND", sortTarget: "MOD" }],
  ["kv/range", { ...EVERYTHING, sort_order: 2, serializable: true }],
  ["kv/range", { key: A, revision: 2 }],
  ["kv/range", { key: A, revision: "99" }],
  ["kv/range", { key: 1 }],
  ["kv/range", '{"key":"YQ=="'],
  [
    "kv/txn",
    {
      compare: [{ key: A, target: "VERSION", result: "GREATER", version: "1" }],
      success: [{ request_range: { key: A } }, { requestPut: { key: Z, value: A } }],
      failure: [{ request_put: { key: A, value: A } }],
    },
  ],
  [
    "kv/txn",
    {
      compare: [{ key: Z, target: "VALUE", value: B }],
      failure: [
        { request_delete_range: { key: Z, prev_kv: true } },
        { request_txn: { success: [{ request_range: { key: B } }] } },
      ],
    },
  ],
  ["kv/txn", {}],
  ["kv/txn", { success: [{}] }],
  ["kv/txn", { success: [{ request_put: { key: A } }, { request_put: { key: A } }] }],
  ["kv/deleterange", { key: "eA==" }],
  ["kv/deleterange", { key: A, prev_kv: true }],
  ["kv/compaction", { revision: 3 }],
  ["kv/compaction", { revision: "3" }],
  ["kv/compaction", { revision: "300" }],
  ["kv/range", { key: A, revision: 2 }],
  ["lease/grant", { TTL: "60", ID: "7587848390000000001" }],
  ["lease/grant", '{"TTL":60,"ID":7587848390000000001}'],
  ["lease/leases", {}],
  ["kv/put", '{"key":"YQ==","value":"Yg==","lease":7587848390000000001}'],
  ["lease/timetolive", { ID: "12" }],
  ["lease/keepalive", { ID: "12" }],
  ["lease/keepalive", '{"ID":"7587848390000000001"} {"ID":"12"}'],
  ["lease/revoke", { ID: "7587848390000000001" }],
  ["lease/revoke", { ID: "7587848390000000001" }],
  ["kv/range", EVERYTHING],
  ["auth/authenticate", { name: "a", password: "b" }],
  ["auth/enable", {}],
  ["auth/disable", {}],
  ["auth/user/list", {}],
  ["auth/role/list", {}],
  ["auth/user/get", { name: "a" }],
  ["auth/user/add", { name: "" }],
  ["auth/role/get", { role: "a" }],
  ["election/leader", { name: A }],
  ["election/proclaim", {}],
  ["maintenance/defragment", {}],
];

/** Text that the library which reads JSON words as it likes: only the code is etcd's own. */
const OWN_WORDS = new Set([3]);
/** Between 3.4, which is installed, and 3.6 the library of etcd's gateway changed how it tells these. */
const STATUS_OF_3_4: ReadonlyMap<number, number> = new Map([[412, 400]]);

async function ask(address: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`http://${address}/v3/${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = (await response.text()).trimEnd();
  const status = STATUS_OF_3_4.get(response.status) ?? response.status;
  return { status, answers: text === "" ? [] : text.split("\n").map((line) => told(line)) };
}

/** Without what differs between any two clusters, and failures as 3.6 tells them. */
function told(line: string): unknown {
  return JSON.parse(line, (name, value) => {
    if (name === "cluster_id" || name === "member_id" || name === "raft_term") return undefined;
    if (typeof value?.code !== "number") return value;
    const { code, message } = value;
    const isEtcds = !OWN_WORDS.has(code) || /^etcdserver/.test(message);
    return { code, message: isEtcds ? message : "what is wrong" };
  });
}

test("etcd's own gateway answers the same, request by request", async (context) => {
  requireTool("etcd", context);
  const theirs = etcd?.endpoints[0] ?? "";
  const ours = cluster().endpoints[0] ?? "";

  for (const [path, body] of REQUESTS) {
    const expected = await ask(theirs, path, body);
    const what = `${path} ${JSON.stringify(body)}`;
    expect.soft(await ask(ours, path, body), what).toEqual(expected);
  }
});
