import { expect, test } from "vitest";
import type { ClusterConfig } from "./cluster-config.ts";
import { parseClusterConfig } from "./parse-cluster-config.ts";
import { type NodeFlags, resolveNodeConfig } from "./resolve-node-config.ts";

const config: ClusterConfig = parseClusterConfig(
  `cluster: demo
raft: { heartbeatMs: 100, electionTimeoutMs: 1000 }
nodes:
  - { id: n1, client: "127.0.0.1:1001", peer: "127.0.0.1:1002", data: .data/n1, zone: a }
  - { id: n2, client: "127.0.0.1:2001", peer: "127.0.0.1:2002", data: .data/n2 }`,
  "demo.yaml",
);

function resolve(given: { flags?: NodeFlags; env?: Record<string, string> }, nodeId = "n1") {
  return resolveNodeConfig({ config, nodeId, ...given });
}

test("a flag wins over the environment, and that over the file", () => {
  const resolved = resolve({
    flags: { data: "by-flag" },
    env: { HOLDFAST_DATA: "by-environment", HOLDFAST_HEARTBEAT_MS: "20" },
  });

  expect(resolved.node.data).toBe("by-flag");
  expect(resolved.config.raft).toEqual({ heartbeatMs: 20, electionTimeoutMs: 1000 });
  expect(resolved.node.client).toBe("127.0.0.1:1001");
  expect(resolved.node.zone).toBe("a");
  expect(resolved.logLevel).toBe("info");
});

test("what a node overrides shows in its own entry of the cluster and in no other", () => {
  const resolved = resolve({ flags: { client: "[::1]:3001", logLevel: "debug" } });

  expect(resolved.config.nodes.map(({ client }) => client)).toEqual([
    "[::1]:3001",
    "127.0.0.1:2001",
  ]);
  expect(resolved.logLevel).toBe("debug");
});

test("the mode of compaction in a flag does not keep the retention of the file", () => {
  const byFlags = { compactionMode: "revision", compactionRetention: "1000" };
  const byVariable = { HOLDFAST_COMPACTION_RETENTION: "30m" };

  expect(resolve({}).config.compaction).toEqual({ mode: "periodic", retentionMs: 3_600_000 });
  expect(resolve({ flags: byFlags, env: byVariable }).config.compaction).toEqual({
    mode: "revision",
    revisions: 1000,
  });
  expect(resolve({ env: byVariable }).config.compaction).toEqual({
    mode: "periodic",
    retentionMs: 1_800_000,
  });
  expect(() => resolve({ flags: { compactionMode: "revision" } })).toThrow(
    "--compaction-mode: expected how many revisions stay",
  );
});

test("a quota may be off, and 0 is the default", () => {
  const quota = (quotaBytes: string) => resolve({ flags: { quotaBytes } }).config.limits.quotaBytes;

  expect(quota("-1")).toBe(-1);
  expect(quota("0")).toBe(2_147_483_648);
  expect(resolve({ env: { HOLDFAST_QUOTA_BYTES: "8589934592" } }).config.limits).toMatchObject({
    quotaBytes: 8_589_934_592,
  });
  expect(() => quota("2GiB")).toThrow("--quota-bytes: expected a whole number of bytes");
});

test("an empty variable counts as not set", () => {
  expect(resolve({ env: { HOLDFAST_DATA: "" } }).node.data).toBe(".data/n1");
});

test.each([
  {
    wrong: "a node that the file does not have",
    run: () => resolve({}, "n11"),
    says: 'cluster demo: nodes: expected a node with one of the ids n1, n2, found "n11" (did you mean n1?)',
  },
  {
    wrong: "a time in the environment that is no number",
    run: () => resolve({ env: { HOLDFAST_HEARTBEAT_MS: "fast" } }),
    says: 'HOLDFAST_HEARTBEAT_MS: expected a whole number of milliseconds from 1 to 10000, found "fast"',
  },
  {
    wrong: "an address in a flag that is none",
    run: () => resolve({ flags: { peer: "7" } }),
    says: /^--peer: expected host:port .*, found "7"$/,
  },
  {
    wrong: "an unknown log level",
    run: () => resolve({ env: { HOLDFAST_LOG_LEVEL: "loud" } }),
    says: 'HOLDFAST_LOG_LEVEL: expected one of debug, info, warn, error, silent, found "loud"',
  },
  {
    wrong: "a mistyped variable",
    run: () => resolve({ env: { HOLDFAST_HEARTBEATMS: "20" } }),
    says: "environment: HOLDFAST_HEARTBEATMS: expected HOLDFAST_HEARTBEAT_MS, found a variable that nothing reads; rename or unset it",
  },
  {
    wrong: "timings that no longer fit together",
    run: () => resolve({ flags: { heartbeatMs: "500" } }),
    says: /raft\.electionTimeoutMs: expected at least 3 heartbeats, that is 1500, found 1000$/,
  },
  {
    wrong: "another node's address",
    run: () => resolve({ env: { HOLDFAST_CLIENT: "127.0.0.1:2002" } }),
    says: /nodes\[1\]\.peer: expected an address of its own/,
  },
])("$wrong is refused", ({ run, says }) => {
  expect(run).toThrow(says);
});

test("the variables of the command line and of the tests are known", () => {
  const env = {
    HOLDFAST_ENDPOINTS: "127.0.0.1:1",
    HOLDFAST_REQUIRE: "etcdctl",
    HOLDFAST_VECTORS: "somewhere",
  };

  expect(resolve({ env }).node.id).toBe("n1");
});
