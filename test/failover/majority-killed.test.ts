import { connect, EtcdEndpoint, type Holdfast, RequestError } from "@holdfast/client";
import {
  eventually,
  expectLinearizable,
  KeyContest,
  type NodeProcess,
  recordHistory,
} from "@holdfast/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

/** etcd says after so long that a request timed out; its client here waits a little longer. */
const ETCD_CALL = { timeoutMs: 7000 + 2000 };
const cluster = sharedCluster();

/** Clients of the SDK that never stop asking, with nobody to answer in between. */
const history = recordHistory();
const contest = new KeyContest("majority-killed/", history);
let survivor: NodeProcess;
let endpoint: EtcdEndpoint;
let client: Holdfast;
/** Begun while no leader can be elected. */
let refused: Promise<{ readonly failure: unknown; readonly afterMs: number }>;

// The tests below stand on one another: two of three are killed once, and one is back in the last test.
beforeAll(async () => {
  survivor = await cluster().leader();
  endpoint = new EtcdEndpoint(survivor.client);
  client = await cluster().connect();
  await endpoint.put("kept", "from before", ETCD_CALL);
  await contest.addSdk(cluster(), 4);
  await contest.more(300);
  await Promise.all(
    cluster()
      .others(survivor)
      .map((node) => node.kill()),
  );
  await untilLeaderless(survivor);
  const since = performance.now();
  refused = endpoint.put("refused", "never", ETCD_CALL).then(
    () => ({ failure: undefined, afterMs: 0 }),
    (failure: unknown) => ({ failure, afterMs: performance.now() - since }),
  );
});

afterAll(async () => {
  await contest.stop();
  endpoint.close();
  await client.close();
});

test("with two of three killed a client of the SDK is told within its own deadline", async () => {
  const since = performance.now();

  const failed = client.put("refused", "by the SDK", { timeoutMs: 700 });

  await expect(failed).rejects.toMatchObject({ code: "TIMEOUT", retryable: true });
  expect(performance.now() - since).toBeLessThan(1500);
});

test("with two of three killed a serializable read goes on", async () => {
  const value = await endpoint.get("kept", { timeoutMs: 1000, serializable: true });

  expect(new TextDecoder().decode(value)).toBe("from before");
});

test("with two of three killed a linearizable read is not answered", async () => {
  await expect(endpoint.get("kept", { timeoutMs: 700 })).rejects.toBeInstanceOf(RequestError);
});

test("with two of three killed a client of the SDK connects for serializable reads", async () => {
  await using late = await connect(survivor.client, { timeoutMs: 3000 });

  expect((await late.get("kept", { serializable: true }))?.text()).toBe("from before");
});

test("with two of three killed the survivor says whom it misses", async () => {
  const missing = cluster().others(survivor);

  const status = await survivor.status();
  const health = await fetch(`http://${survivor.client}/health`);

  const said = status.kind === "up" ? status.errors.join("\n") : status.reason;
  for (const { id } of missing) expect(said).toContain(id);
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({
    health: "false",
    reason: expect.stringContaining("NO LEADER"),
  });
});

test("with two of three killed a write is refused with etcd's words within etcd's time-out", async () => {
  const { failure, afterMs } = await refused;

  expect(failure).toMatchObject({
    code: "UNAVAILABLE",
    message: expect.stringMatching(/^etcdserver: (no leader|request timed out)/),
  });
  expect(afterMs).toBeLessThan(ETCD_CALL.timeoutMs);
});

test("writes go on as soon as one of the two is back, and nothing is lost", async () => {
  const [back] = cluster().others(survivor);
  await back?.start();

  await eventually(() => client.put("after", "one is back"), { within: 10_000 });

  expect((await client.get("kept"))?.text()).toBe("from before");
});

test("what was told to be refused never happened, and what nobody knew happened once or never", async () => {
  await contest.more(300);

  await contest.end(client);
  await mend(cluster());

  expectLinearizable(history, { atLeast: 600 });
});

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
