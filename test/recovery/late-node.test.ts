import { expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

const MIB = 1024 * 1024;
/** Several times what the log keeps behind what is applied (32 MiB), so that its beginning is gone. */
const WRITES = 75;
const KEYS = 4;
const cluster = sharedCluster();

test("a node that joins late after a restart of all is caught up, although the log begins later than 1", async () => {
  await using client = await cluster().connect();
  for (let at = 0; at < WRITES; at++) {
    await client.put(`large/${at % KEYS}`, new Uint8Array(MIB), { timeoutMs: 20_000 });
  }
  await allCaughtUp(cluster());
  await Promise.all(cluster().nodes.map((node) => node.kill()));

  // Its leader has never heard of n3 when n3 connects.
  await Promise.all([cluster().node("n1").start(), cluster().node("n2").start()]);
  await cluster().leader();
  await cluster().node("n3").start();
  await client.put("after", "n3 is back", { timeoutMs: 20_000 });

  await allCaughtUp(cluster());
  expect((await cluster().node("n3").status()).kind).toBe("up");
});
