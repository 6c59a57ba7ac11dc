import {
  expectLinearizable,
  type HistoryRecorder,
  KeyContest,
  type NodeProcess,
  recordHistory,
} from "@holdfast/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

/** The default: what losing a host costs. A killed process must be noticed sooner. */
const ELECTION_TIMEOUT_MS = 1000;
const cluster = sharedCluster();

interface Kill {
  readonly victim: NodeProcess;
  readonly writes: UniqueWrites;
  readonly history: HistoryRecorder;
  readonly killedAt: number;
  readonly lost: readonly string[];
  readonly leaderAfter: NodeProcess;
}

/** Clients of both kinds write through every node while one is killed with SIGKILL, and for a while after. */
async function killAmidWrites(prefix: string, victim: NodeProcess): Promise<Kill> {
  const history = recordHistory();
  await using writes = new UniqueWrites(prefix, { history });
  await using contest = new KeyContest(`contest of ${prefix}`, history);
  await writes.addSdk(cluster(), 4);
  await contest.addSdk(cluster(), 3);
  for (const node of cluster().nodes) {
    writes.addEtcd(node, 3);
    contest.addEtcd(node, 1);
  }
  await writes.more(300);
  const killedAt = performance.now();
  await victim.kill();
  await writes.more(300);
  await Promise.all([writes.stop(), contest.stop()]);
  const leaderAfter = await cluster().leader();
  await mend(cluster());
  await using client = await cluster().connect();
  await contest.end(client);
  return { victim, writes, history, killedAt, lost: await writes.lost(client), leaderAfter };
}

describe("kill -9 of the leader", () => {
  let kill: Kill;
  beforeAll(async () => {
    kill = await killAmidWrites("leader-killed/", await cluster().leader());
  });

  test("loses no acknowledged write", () => {
    expect(kill.lost).toEqual([]);
  });

  test("shows in no answer: the history is linearizable", () => {
    expectLinearizable(kill.history, { atLeast: 1200 });
  });

  test("makes another node the leader", () => {
    expect(kill.leaderAfter.id).not.toBe(kill.victim.id);
  });

  test("is seen as an error by no etcd client of a follower and by no client of the SDK", () => {
    expect(kill.writes.failed.filter(({ node }) => node !== kill.victim.id)).toEqual([]);
  });

  test("stops the writes of other nodes for less than an election timeout", () => {
    const next = kill.writes.acknowledged.find(
      ({ node, startedAt }) =>
        startedAt >= kill.killedAt && node !== undefined && node !== kill.victim.id,
    );

    expect((next?.acknowledgedAt ?? Infinity) - kill.killedAt).toBeLessThan(ELECTION_TIMEOUT_MS);
  });
});

describe("kill -9 of a follower", () => {
  let leader: NodeProcess;
  let kill: Kill;
  beforeAll(async () => {
    leader = await cluster().leader();
    const [victim] = cluster().others(leader);
    if (victim === undefined) throw new Error("there is no follower");
    kill = await killAmidWrites("follower-killed/", victim);
  });

  test("loses no acknowledged write", () => {
    expect(kill.lost).toEqual([]);
  });

  test("shows in no answer: the history is linearizable", () => {
    expectLinearizable(kill.history, { atLeast: 1200 });
  });

  test("is seen as an error by no client of another node", () => {
    expect(kill.writes.failed.filter(({ node }) => node !== kill.victim.id)).toEqual([]);
  });

  test("elects nobody", () => {
    expect(kill.leaderAfter.id).toBe(leader.id);
  });
});
