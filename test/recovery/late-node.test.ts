import { EtcdEndpoint } from "@holdfast/client";
import { expect, test } from "vitest";
import { votes } from "../membership/operator.ts";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

const MIB = 1024 * 1024;
/** Several times what the log keeps behind what is applied (32 MiB), so that its beginning is gone. */
const WRITES = 75;
const KEYS = 4;
/** The slowest that may be asked for: the default would be done before a second has passed. */
const STATE_BYTES_PER_SECOND = MIB;
const CHUNK_BYTES = 256 * 1024;
const cluster = sharedCluster({ limits: { snapshotBytesPerSecond: STATE_BYTES_PER_SECOND } });

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

test("a node that was wiped is sent the state that the log no longer gives, as fast as the file says", async () => {
  const [n1, n3] = [cluster().node("n1"), cluster().node("n3")];
  await using client = await cluster().connect();
  const { revision } = await client.put("compacted", "all that was overwritten");
  const endpoint = new EtcdEndpoint(n1.client);
  await endpoint.compact(revision, { physical: true, timeoutMs: 20_000 });
  endpoint.close();
  await n3.kill();
  await n3.wipe();

  await n3.start();
  await votes(cluster(), n3);
  await allCaughtUp(cluster());

  const logs = await Promise.all(cluster().nodes.map((node) => node.logs()));
  const sent = logs.flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line.includes('"state sent to a peer"'))
      .map((line) => JSON.parse(line) as { readonly bytes: number; readonly seconds: number }),
  );
  expect(sent).toHaveLength(1);
  for (const { bytes, seconds } of sent) {
    expect(bytes).toBeGreaterThan(KEYS * MIB);
    // The first chunk goes at once.
    expect(seconds).toBeGreaterThan((0.9 * (bytes - CHUNK_BYTES)) / STATE_BYTES_PER_SECOND);
  }
});
