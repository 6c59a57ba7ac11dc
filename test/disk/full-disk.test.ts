import { EtcdEndpoint } from "@holdfast/client";
import { eventually, expectLinearizable, requireTool } from "@holdfast/testkit";
import { beforeEach, expect, test } from "vitest";
import { allCaughtUp } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { ClusterOnSmallDisks } from "./cluster-on-small-disks.ts";
import { logged, roomBecomes, roomOf } from "./node-room.ts";

const MIB = 1024 * 1024;
const WITHIN = { within: 15_000 };
/** The nodes share this machine with other tests. */
const LOAD = { perSecond: 400 };
const NO_SPACE = { code: "NO_SPACE", outcome: "not-applied", retryable: false };

beforeEach((context) => requireTool("tmpfs", context));

test("a leader whose disk fills hands over, its state survives on the ballast, and it comes back by itself", async () => {
  await using stage = await ClusterOnSmallDisks.start();
  const { cluster } = stage;
  await using writes = new UniqueWrites("one-full/", LOAD);
  await writes.addSdk(cluster, 8);
  await writes.more(200);
  const full = await cluster.leader();
  const disk = stage.diskOf(full);
  await eventually(() => disk.has("ballast"), WITHIN);

  await disk.fill({ leaving: 8 * MIB });

  const next = await eventually(async () => {
    const leader = await cluster.leader();
    return leader === full ? undefined : leader;
  }, WITHIN);
  await writes.more(500);
  expect(writes.failed).toEqual([]);
  const said = await roomOf(full);
  expect(said).toMatchObject({ isShort: true, timesLogged: 1 });
  expect(said.health).toContain("ALARM NOSPACE");
  expect(said.errors.join()).toMatch(/n\d is nearly full: .* free disk space$/);

  // Not a byte is left: the state cannot be written any more, until the ballast goes overboard.
  await disk.fill({ leaving: 0 });
  await logged(full, "the state is written again");
  // And now there is no ballast either.
  await disk.fill({ leaving: 0 });
  await writes.more(500);
  expect(await cluster.leader()).toBe(next);

  await disk.free();
  await roomBecomes(full, "enough");
  await writes.more(200);
  await eventually(() => disk.has("ballast"), WITHIN);
  await writes.stop();
  await allCaughtUp(cluster);
  expect(writes.failed).toEqual([]);
  await using client = await cluster.connect();
  expect(await writes.lost(client)).toEqual([]);
  expectLinearizable(writes.history, { atLeast: 1_000 });
});

test("with all disks full writes are refused as etcd does it, reads go on, and freed space is enough to resume", async () => {
  await using stage = await ClusterOnSmallDisks.start();
  const { cluster, disks } = stage;
  await using writes = new UniqueWrites("all-full/", LOAD);
  await writes.addSdk(cluster, 2);
  await writes.more(100);

  await Promise.all(disks.map((disk) => disk.fill({ leaving: 8 * MIB })));
  await Promise.all(cluster.nodes.map((node) => roomBecomes(node, "short")));
  await using client = await cluster.connect();
  const refused = await eventually(
    () =>
      client.put("late", "1").then(
        () => undefined,
        (failure: unknown) => failure,
      ),
    WITHIN,
  );
  await writes.stop();

  expect(refused).toMatchObject(NO_SPACE);
  for (const { failure } of writes.failed) expect(failure).toMatchObject(NO_SPACE);
  for (const node of cluster.nodes) {
    const endpoint = new EtcdEndpoint(node.client);
    await expect(endpoint.put("late", "2", { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      message: "etcdserver: mvcc: database space exceeded",
    });
    endpoint.close();
  }
  const [restarted] = cluster.nodes;
  await restarted?.kill();
  await restarted?.start();
  await cluster.leader();
  expect(await client.get("late")).toBeUndefined();
  expect(await writes.lost(client)).toEqual([]);
  expectLinearizable(writes.history, { atLeast: 100 });

  await Promise.all(disks.map((disk) => disk.free()));

  await eventually(() => client.put("late", "3"), WITHIN);
  expect((await client.get("late"))?.text()).toBe("3");
  await allCaughtUp(cluster);
});
