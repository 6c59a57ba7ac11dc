import { expectLinearizable, KeyContest, type NodeProcess, recordHistory } from "@holdfast/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { longestGapMs } from "../write-gaps.ts";

/** The default: what it costs to lose a host that says nothing. */
const ELECTION_TIMEOUT_MS = 1000;
const STOPS_WITHIN_MS = 3000;
const cluster = sharedCluster();

describe("SIGTERM of the leader amid writes", () => {
  const history = recordHistory();
  const writes = new UniqueWrites("leader-stopped/", { history });
  let stopped: NodeProcess;
  let status: unknown;
  let tookMs: number;
  let gapMs: number;
  let lost: readonly string[];
  beforeAll(async () => {
    await using contest = new KeyContest("contest/", history);
    stopped = await cluster().leader();
    await writes.addSdk(cluster(), 3);
    await contest.addSdk(cluster(), 2);
    for (const node of cluster().others(stopped)) {
      writes.addEtcd(node, 2);
      contest.addEtcd(node, 1);
    }
    await writes.more(200);
    const since = performance.now();
    status = await stopped.stop();
    tookMs = performance.now() - since;
    await writes.more(200);
    gapMs = longestGapMs(writes, since, performance.now());
    await Promise.all([writes.stop(), contest.stop()]);
    await mend(cluster());
    await using client = await cluster().connect();
    await contest.end(client);
    lost = await writes.lost(client);
  });

  test("another node leads before it is gone", async () => {
    const log = await stopped.logs();

    expect(log).toContain("leadership handed over");
    expect(log.indexOf("leadership handed over")).toBeLessThan(log.indexOf("node stopped"));
    expect(status).toEqual({ code: 0, signal: undefined });
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
  });

  test("writes go on with a gap far below an election timeout", () => {
    expect(gapMs).toBeLessThan(ELECTION_TIMEOUT_MS / 2);
  });

  test("no write fails, none is lost, and the history is linearizable", () => {
    expect(writes.failed).toEqual([]);
    expect(lost).toEqual([]);
    expectLinearizable(history, { atLeast: 600 });
  });
});

test("a leader whose followers are gone stops all the same", async () => {
  const leader = await cluster().leader();
  await Promise.all(
    cluster()
      .others(leader)
      .map((node) => node.kill()),
  );
  const since = performance.now();

  const status = await leader.stop();

  expect(status).toEqual({ code: 0, signal: undefined });
  expect(performance.now() - since).toBeLessThan(STOPS_WITHIN_MS);
});
