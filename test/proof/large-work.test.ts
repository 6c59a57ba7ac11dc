import type { Holdfast } from "@holdfast/client";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fill, largeWork, type WorkReport, whileWriting } from "../load/large-work.ts";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";

const KEYS = 1_000_000;
const CATCH_UP_MS_MAX = 300_000;
const cluster = sharedCluster();

let client: Holdfast;
beforeAll(async () => {
  client = await cluster().connect();
  await fill(client, { to: KEYS });
  await allCaughtUp(cluster());
});
afterAll(() => client?.close());

async function applied(node: NodeProcess): Promise<number> {
  const status = await node.status();
  return status.kind === "up" ? status.raftAppliedIndex : 0;
}

async function measured(what: string, run: () => Promise<unknown>): Promise<WorkReport> {
  const report = await whileWriting(cluster(), what, run);
  show(what, report);
  return report;
}

function isBorne({ delayP99Ms, elections, writes }: WorkReport) {
  return { isLate: delayP99Ms >= 50, elections, failures: writes.failures };
}

const BORNE = { isLate: false, elections: 0, failures: [] };

describe("with a million keys, while others are written, no event loop is held and nobody is elected by", () => {
  // The cluster is there only when the tests run; the names of the work are needed before.
  const work = () => largeWork(cluster(), client, { count: KEYS, ranges: 128 });
  test.each([
    "a range with a limit",
    "a count of all",
    "the newest key of all",
    "a transaction with 128 wide ranges",
    "a compaction and its collection",
    "a hash of all",
    "a deletion of all",
  ])("%s", async (what) => {
    const run = work()[what];
    if (run === undefined) throw new Error(`there is no work ${what}`);

    expect(isBorne(await measured(what, run))).toEqual(BORNE);
  });

  test("a node that comes back to a million writes that it missed", async () => {
    const leader = await cluster().leader();
    const [node] = cluster().others(leader);
    if (node === undefined) throw new Error("there is no follower");
    await node.kill();
    await fill(client, { to: KEYS });
    const missed = await applied(leader);

    await node.start();
    await eventually(async () => (await node.status()).kind === "up", {
      within: CATCH_UP_MS_MAX,
      what: `${node.id} answers`,
    });
    const report = await measured("a node that catches up", () =>
      eventually(async () => (await applied(node)) >= missed, {
        within: CATCH_UP_MS_MAX,
        what: `${node.id} has applied entry ${missed}`,
      }),
    );

    expect(isBorne(report)).toEqual(BORNE);
  });
});
