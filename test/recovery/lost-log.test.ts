import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { EtcdEndpoint } from "@holdfast/client";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

/** Three election timeouts: long enough for a vote to be asked for more than once. */
const REFUSED_WITHIN_MS = 3000;
const cluster = sharedCluster({ expectsErrors: true });
const late = new UniqueWrites("without-n3/");

// n3 misses what n1 and n2 acknowledge; then n2 loses log and state, but not who it is, and n1 is down.
beforeAll(async () => {
  const [n1, n2, n3] = [cluster().node("n1"), cluster().node("n2"), cluster().node("n3")];
  await n3.kill();
  await cluster().leader();
  late.addEtcd(n1, 4);
  await late.more(100);
  await late.stop();
  await n1.kill();
  await n2.kill();
  await loseAllButIdentity(n2);
  await n3.start();
});

test("a store that has lost its log does not start, and says what to do", async () => {
  const n2 = cluster().node("n2");
  await n2.start();

  const { code } = await n2.exited();

  expect(code).toBe(1);
  const logs = await n2.logs();
  expect(logs).toContain("LOG_LOST");
  expect(logs).toContain("remove the whole directory");
});

test("it makes no majority with one that lags, so what both acknowledged is not forgotten", async () => {
  const endpoint = new EtcdEndpoint(cluster().node("n3").client);

  const put = endpoint.put("refused", "never", { timeoutMs: REFUSED_WITHIN_MS });

  await expect(put).rejects.toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|TIMEOUT/) });
  endpoint.close();
});

test("its directory removed, it is admitted anew, and no acknowledged write is lost", async () => {
  await cluster().node("n1").start();
  await cluster().node("n2").wipe();
  await cluster().node("n2").start();
  await using client = await cluster().connect({ timeoutMs: 15_000 });
  await eventually(() => client.put("after", "n1 is back"), { within: 15_000 });

  expect(await late.lost(client)).toEqual([]);
});

async function loseAllButIdentity({ data }: NodeProcess): Promise<void> {
  const lost = (await readdir(data)).filter((name) => /^(wal|state\.)/.test(name));
  for (const name of lost) await rm(join(data, name), { recursive: true });
}
