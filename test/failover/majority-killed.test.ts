import { EtcdEndpoint, RequestError } from "@holdfast/client";
import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

/** etcd waits so long for a proposal before it says that it timed out; a client may wait a little longer. */
const ETCD_REQUEST_MS = 7000;
const CALL = { timeoutMs: ETCD_REQUEST_MS + 2000 };
const cluster = sharedCluster();

let survivor: NodeProcess;
let endpoint: EtcdEndpoint;

beforeEach(async () => {
  survivor = await cluster().leader();
  endpoint = new EtcdEndpoint(survivor.client);
  await endpoint.put("kept", "from before", CALL);
  await Promise.all(cluster().others(survivor).map((node) => node.kill()));
});

afterEach(async () => {
  endpoint.close();
  await mend(cluster());
});

test("with two of three killed a write is refused with etcd's words within etcd's time-out", async () => {
  await untilLeaderless(survivor);
  const since = performance.now();

  const refused = await endpoint.put("refused", "never", CALL).catch((failure: unknown) => failure);

  expect(refused).toBeInstanceOf(RequestError);
  expect((refused as RequestError).message).toMatch(/^etcdserver: (no leader|request timed out)/);
  expect((refused as RequestError).code).toBe("UNAVAILABLE");
  expect(performance.now() - since).toBeLessThan(CALL.timeoutMs);
});

test("with two of three killed a client of the SDK is told within its own deadline", async () => {
  await using client = await cluster().connect();
  const since = performance.now();

  const failed = client.put("refused", "by the SDK", { timeoutMs: 700 });

  await expect(failed).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(performance.now() - since).toBeLessThan(1500);
});

test("with two of three killed a serializable read goes on, a linearizable one does not", async () => {
  await untilLeaderless(survivor);

  const serializable = await endpoint.get("kept", { ...CALL, serializable: true });

  expect(new TextDecoder().decode(serializable)).toBe("from before");
  await expect(endpoint.get("kept", { timeoutMs: 700 })).rejects.toBeInstanceOf(RequestError);
});

test("with two of three killed writes go on as soon as one is back", async () => {
  const [back] = cluster().others(survivor);
  await back?.start();

  await eventually(() => endpoint.put("after", "one is back", CALL), { within: 10_000 });

  expect(await valuesOf(cluster())).toEqual(["from before", "one is back"]);
});

async function valuesOf(running: Cluster): Promise<readonly (string | undefined)[]> {
  await using client = await running.connect();
  const entries = await Promise.all(["kept", "after"].map((key) => client.get(key)));
  return entries.map((entry) => entry?.text());
}

/** The leader of a majority that is gone notices, and steps down. */
async function untilLeaderless(node: NodeProcess): Promise<void> {
  await eventually(
    async () => {
      const status = await node.status();
      return status.kind === "up" && status.leaderId === 0;
    },
    { within: 5000, what: `${node.id} knows no leader` },
  );
}
