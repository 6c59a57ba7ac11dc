import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { loadClusterConfig, parseClusterConfig } from "./parse-cluster-config.ts";

const N1 = '{ id: n1, client: "127.0.0.1:1001", peer: "127.0.0.1:1002", data: .data/n1 }';
const N2 = '{ id: n2, client: "127.0.0.1:2001", peer: "127.0.0.1:2002", data: .data/n2 }';

function file(lines: {
  readonly raft?: string;
  readonly limits?: string;
  readonly compaction?: string;
  readonly nodes?: readonly string[];
}): string {
  const { raft, limits, compaction, nodes = [N1, N2] } = lines;
  return [
    "cluster: demo",
    ...(raft === undefined ? [] : [`raft: ${raft}`]),
    ...(limits === undefined ? [] : [`limits: ${limits}`]),
    ...(compaction === undefined ? [] : [`compaction: ${compaction}`]),
    "nodes:",
    ...nodes.map((node) => `  - ${node}`),
  ].join("\n");
}

function refusal(text: string): string {
  try {
    parseClusterConfig(text, "demo.yaml");
  } catch (failure) {
    if (failure instanceof ConfigError) return failure.message;
    throw failure;
  }
  return "accepted";
}

const directory = new URL("../../../cluster-configs/", import.meta.url);

test.each(readdirSync(directory).filter((name) => name.endsWith(".yaml")))(
  "cluster-configs/%s can be used",
  async (name) => {
    const config = await loadClusterConfig(new URL(name, directory).pathname);

    expect(config.nodes.length).toBeGreaterThan(0);
    expect(config.cluster).toBe(name.replace(".yaml", ""));
  },
);

test("three nodes have the ports that etcd's users expect", async () => {
  const config = await loadClusterConfig(new URL("three-nodes.yaml", directory).pathname);

  expect(config.nodes.map(({ client }) => client)).toEqual([
    "127.0.0.1:2379",
    "127.0.0.1:22379",
    "127.0.0.1:32379",
  ]);
  expect(config.nodes.map(({ peer }) => peer)).toEqual([
    "127.0.0.1:2380",
    "127.0.0.1:22380",
    "127.0.0.1:32380",
  ]);
  expect(config.raft).toEqual({ heartbeatMs: 100, electionTimeoutMs: 1000 });
});

test("64 MiB of the disk stay free and 12 MiB of states are sent a second unless the file says otherwise", () => {
  const written = "{ diskReserveBytes: 0, snapshotBytesPerSecond: 1048576, quotaBytes: -1 }";
  const absent = parseClusterConfig(file({}), "demo.yaml");
  const given = parseClusterConfig(file({ limits: written }), "demo.yaml");

  expect(absent.limits).toEqual({
    diskReserveBytes: 67_108_864,
    snapshotBytesPerSecond: 12_582_912,
    quotaBytes: 2_147_483_648,
    hashCheckMs: 600_000,
  });
  expect(given.limits).toEqual({
    diskReserveBytes: 0,
    snapshotBytesPerSecond: 1_048_576,
    quotaBytes: -1,
    hashCheckMs: 600_000,
  });
});

test.each([
  { written: undefined, read: { mode: "periodic", retentionMs: 3_600_000 } },
  { written: "{ mode: periodic }", read: { mode: "periodic", retentionMs: 3_600_000 } },
  { written: "{ retention: 2 }", read: { mode: "periodic", retentionMs: 7_200_000 } },
  { written: "{ retention: 1h30m }", read: { mode: "periodic", retentionMs: 5_400_000 } },
  { written: "{ retention: 2500ms }", read: { mode: "periodic", retentionMs: 2_500 } },
  { written: '{ mode: periodic, retention: "0" }', read: { mode: "off" } },
  { written: "{ mode: revision, retention: 5000 }", read: { mode: "revision", revisions: 5000 } },
  { written: "{ mode: revision, retention: 0 }", read: { mode: "off" } },
])("compaction $written means $read", ({ written, read }) => {
  const given = written === undefined ? {} : { compaction: written };

  expect(parseClusterConfig(file(given), "demo.yaml").compaction).toEqual(read);
});

test.each([
  { written: "{ mode: hourly }", says: "compaction.mode: expected one of periodic, revision" },
  { written: "{ mode: revision }", says: "compaction.retention: expected how many revisions stay" },
  { written: "{ mode: revision, retention: 1h }", says: "compaction.retention: expected 0 for no" },
  { written: "{ retention: 10ms }", says: "compaction.retention: expected 0 for no compaction" },
  { written: "{ retention: soon }", says: 'found "soon"' },
  { written: "{ keep: 1h }", says: "only the fields mode, retention" },
])("compaction $written is refused", ({ written, says }) => {
  expect(refusal(file({ compaction: written }))).toContain(says);
});

test("a time that is not given is the default, a zone that is not given is none", () => {
  const config = parseClusterConfig(file({ raft: "{ heartbeatMs: 50 }" }), "demo.yaml");

  expect(config.raft).toEqual({ heartbeatMs: 50, electionTimeoutMs: 1000 });
  expect(config.nodes[0]).toEqual({
    id: "n1",
    client: "127.0.0.1:1001",
    peer: "127.0.0.1:1002",
    data: ".data/n1",
    zone: undefined,
  });
});

test.each([
  {
    wrong: "a port that is none",
    text: file({ nodes: [N1.replace("1001", "65536")] }),
    says: 'demo.yaml:3: nodes[0].client: expected host:port that others can dial, such as 127.0.0.1:2379 or [::1]:2379, the port from 1 to 65535, found "127.0.0.1:65536"',
  },
  {
    wrong: "an address without a port",
    text: file({ nodes: [N1, N2.replace("127.0.0.1:2002", "localhost")] }),
    says: /^demo\.yaml:4: nodes\[1\]\.peer: expected host:port .*, found "localhost"$/,
  },
  {
    wrong: "an address that nobody can dial",
    text: file({ nodes: [N1.replace("127.0.0.1:1001", "0.0.0.0:1001")] }),
    says: /nodes\[0\]\.client: expected host:port that others can dial.*found "0\.0\.0\.0:1001"/,
  },
  {
    wrong: "an unknown key",
    text: file({ raft: "{ heartbeatMS: 100 }" }),
    says: 'demo.yaml:2: raft.heartbeatMS: expected only the fields heartbeatMs, electionTimeoutMs, found "heartbeatMS" (did you mean heartbeatMs?)',
  },
  {
    wrong: "an unknown key at the top",
    text: `${file({})}\nport: 1`,
    says: 'demo.yaml:5: port: expected only the fields cluster, raft, limits, compaction, nodes, found "port"',
  },
  {
    wrong: "a missing key",
    text: file({ nodes: [N1.replace(", data: .data/n1", "")] }),
    says: "demo.yaml:3: nodes[0].data: expected the path of a directory, at most 1024 characters, found nothing",
  },
  {
    wrong: "a time that is no number",
    text: file({ raft: '{ heartbeatMs: "100ms" }' }),
    says: 'demo.yaml:2: raft.heartbeatMs: expected a whole number of milliseconds from 1 to 10000, found "100ms"',
  },
  {
    wrong: "an election timeout of less than three heartbeats",
    text: file({ raft: "{ heartbeatMs: 100, electionTimeoutMs: 299 }" }),
    says: "demo.yaml:2: raft.electionTimeoutMs: expected at least 3 heartbeats, that is 300, found 299",
  },
  {
    wrong: "a reserve of disk space that is no number of bytes",
    text: file({ limits: "{ diskReserveBytes: 64MiB }" }),
    says: 'demo.yaml:2: limits.diskReserveBytes: expected a whole number of bytes from 0 to 1099511627776, found "64MiB"',
  },
  {
    wrong: "an id used twice",
    text: file({ nodes: [N1, N2.replace("id: n2", "id: n1")] }),
    says: "demo.yaml:4: nodes[1].id: expected an id of its own, found n1, as in nodes[0].id",
  },
  {
    wrong: "an address used twice under two names",
    text: file({ nodes: [N1, N2.replace("127.0.0.1:2001", "localhost:1002")] }),
    says: "demo.yaml:4: nodes[1].client: expected an address of its own, found localhost:1002, as in nodes[0].peer",
  },
  {
    wrong: "a directory used twice",
    text: file({ nodes: [N1, N2.replace(".data/n2", "./.data/x/../n1")] }),
    says: /nodes\[1\]\.data: expected a directory of its own, .*while nodes\[0\]\.data is \.data\/n1/,
  },
  {
    wrong: "a directory inside another node's",
    text: file({ nodes: [N1, N2.replace(".data/n2", ".data/n1/n2")] }),
    says: /nodes\[1\]\.data: expected a directory of its own, not inside another node's/,
  },
  {
    wrong: "no nodes",
    text: "cluster: demo\nnodes: []",
    says: "demo.yaml:2: nodes: expected a list of 1 to 31 nodes, found a list of 0",
  },
  {
    wrong: "text that is not YAML",
    text: "cluster: demo\nnodes: [",
    says: /^demo\.yaml:2: expected YAML, found text that is not: /,
  },
  {
    wrong: "a key written twice",
    text: "cluster: demo\ncluster: other\nnodes: []",
    says: /^demo\.yaml:2: expected YAML, found text that is not: Map keys must be unique/,
  },
  { wrong: "an empty file", text: "", says: /^demo\.yaml: expected only the fields cluster/ },
])("$wrong is refused, and the message says where", ({ text, says }) => {
  expect(refusal(text)).toMatch(says);
});

test("all problems of a file are told at once", () => {
  const text = file({ raft: "{ heartbeatMs: 0 }", nodes: [N1.replace("id: n1", "id: 1")] });

  expect(refusal(text).split("\n")).toHaveLength(2);
});

test("a file that is not there is refused by name", async () => {
  await expect(loadClusterConfig("no-such-file.yaml")).rejects.toThrow(
    /^no-such-file\.yaml: expected a file that can be read, found none$/,
  );
});
