import { beforeAll, expect, test } from "vitest";
import { grpcCall } from "../grpc-call.ts";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster({ nodes: 1 });

let address: string;
beforeAll(async () => {
  address = cluster().node("n1").client;
  await using client = await cluster().connect();
  await client.put("key", "value");
});

async function page(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`http://${address}${path}`);
  return { status: answer.status, text: await answer.text() };
}

test("grpc.health.v1 says that the node serves", async () => {
  const answer = await grpcCall(address, {
    path: "/grpc.health.v1.Health/Check",
    message: new Uint8Array(),
  });

  const serving = Buffer.from([0x08, 0x01]);
  expect(answer).toEqual({ status: 0, messages: [serving] });
});

test("reflection lists the services that are there", async () => {
  const listServices = Buffer.from([0x3a, 0x01, 0x2a]);

  const { status, messages } = await grpcCall(address, {
    path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    message: listServices,
  });

  expect(status).toBe(0);
  const text = Buffer.concat(messages).toString("latin1");
  for (const service of [
    "etcdserverpb.KV",
    "etcdserverpb.Maintenance",
    "etcdserverpb.Cluster",
    "holdfast.v1.Session",
  ]) {
    expect(text).toContain(service);
  }
});

test("a method that is not there is unimplemented, not a broken connection", async () => {
  const { status } = await grpcCall(address, {
    path: "/etcdserverpb.KV/Nothing",
    message: new Uint8Array(),
  });

  expect(status).toBe(12);
});

test("HTTP on the same port says that the node is healthy", async () => {
  const { status, text } = await page("/health");

  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({ health: "true", reason: "" });
});

test.each(["/livez", "/readyz"])("%s is ok", async (path) => {
  expect(await page(path)).toEqual({ status: 200, text: "ok\n" });
});

test("/version names the release of etcd whose API is spoken", async () => {
  expect(JSON.parse((await page("/version")).text)).toEqual({
    etcdserver: expect.stringMatching(/^3\.\d+\.\d+$/),
    etcdcluster: expect.stringMatching(/^3\.\d+\.\d+$/),
    storage: expect.stringMatching(/^3\.\d+\.\d+$/),
  });
});

test("/metrics has the names that dashboards for etcd use, with values that are true", async () => {
  const metrics = await cluster().node("n1").metrics();

  expect(metrics.get("etcd_server_has_leader")).toBe(1);
  expect(metrics.get("etcd_server_is_leader")).toBe(1);
  expect(metrics.get("etcd_server_proposals_pending")).toBe(0);
  expect(metrics.get("etcd_server_proposals_failed_total")).toBe(0);
  for (const name of [
    "etcd_server_leader_changes_seen_total",
    "etcd_server_proposals_committed_total",
    "etcd_server_proposals_applied_total",
    "etcd_disk_wal_fsync_duration_seconds_count",
    "etcd_disk_backend_commit_duration_seconds_count",
    "etcd_mvcc_db_total_size_in_bytes",
    "process_resident_memory_bytes",
    "holdfast_raft_term",
    "holdfast_store_revision",
    "holdfast_sessions",
    'holdfast_event_loop_delay_seconds{quantile="0.99"}',
  ]) {
    expect([name, metrics.get(name)]).toEqual([name, expect.any(Number)]);
  }
  expect(metrics.get("holdfast_store_revision")).toBe(2);
  expect(metrics.get("etcd_disk_wal_fsync_duration_seconds_count")).toBeGreaterThan(0);
});
