import { EtcdEndpoint } from "@holdfast/client";
import { eventually } from "@holdfast/testkit";
import { beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

/** Three election timeouts: long enough for a vote to be asked for more than once. */
const REFUSED_WITHIN_MS = 3000;
const cluster = sharedCluster();

const early = new UniqueWrites("with-all-three/");
const late = new UniqueWrites("without-n3/");
/** Which member n2 was. */
let formerId = 0;

// n3 misses what n1 and n2 acknowledge; then n2 loses its disk. n1 alone has everything.
beforeAll(async () => {
  const [n1, n2, n3] = [cluster().node("n1"), cluster().node("n2"), cluster().node("n3")];
  early.addEtcd(n1, 4);
  await early.more(100);
  await early.stop();
  await n3.kill();
  await cluster().leader();
  late.addEtcd(n1, 4);
  await late.more(100);
  await late.stop();
  const status = await n2.status();
  formerId = status.kind === "up" ? status.memberId : 0;
  await n2.kill();
  await n2.wipe();
  await n2.start();
  await eventually(async () => (await n2.status()).kind === "up", { within: 10_000 });
});

test("a wiped node beside one that is whole does not vote, so writes stop", async () => {
  const endpoint = new EtcdEndpoint(cluster().node("n1").client);

  const put = endpoint.put("refused", "never", { timeoutMs: REFUSED_WITHIN_MS });

  await expect(put).rejects.toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|TIMEOUT/) });
  endpoint.close();
  const statuses = await Promise.all(["n1", "n2"].map((id) => cluster().node(id).status()));
  expect(statuses).toMatchObject([{ leaderId: 0 }, { leaderId: 0 }]);
});

test("a wiped node is no member, knows no term, and says why", async () => {
  const status = await cluster().node("n2").status();

  expect(status).toMatchObject({ kind: "up", memberId: 0, raftTerm: 0, isLeader: false });
  const said = status.kind === "up" ? status.errors.join("\n") : "";
  expect(said).toContain("knows n2 by another store");
});

test("writes go on when the third node returns, and no acknowledged one is lost", async () => {
  await cluster().node("n3").start();
  await using client = await cluster().connect({ timeoutMs: 15_000 });

  await eventually(() => client.put("after", "n3 is back"), { within: 15_000 });

  expect(await early.lost(client)).toEqual([]);
  expect(await late.lost(client)).toEqual([]);
});

test("only then the wiped node is admitted, as another member than it was", async () => {
  const admitted = await eventually(
    async () => {
      const status = await cluster().node("n2").status();
      return status.kind === "up" && status.memberId !== 0 && status.memberId;
    },
    { within: 15_000 },
  );

  expect(admitted).not.toBe(formerId);
});
