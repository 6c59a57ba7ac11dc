import { RequestError } from "@holdfast/client";
import {
  eventually,
  expectLinearizable,
  type HistoryRecorder,
  KeyContest,
  type NodeProcess,
  RecordedEndpoint,
  recordHistory,
} from "@holdfast/testkit";
import { expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

/** The nodes share this machine with other tests; full speed is for those that have it to themselves. */
const LOAD = { perSecond: 150 };
const PAUSE_MS = 5000;
const READERS = 8;
const cluster = sharedCluster();

test("a leader stopped for 5 s is replaced, and answers no linearizable read with what is stale", async () => {
  const old = await cluster().leader();
  const history = recordHistory();
  await using contest = new KeyContest("leader-paused/", history, LOAD);
  await contest.addSdk(cluster(), 3);
  for (const node of cluster().nodes) contest.addEtcd(node, 1);
  await contest.more(100);
  const pausedAt = performance.now();
  old.pause();
  // Sent while it sleeps, answered when it wakes believing that it leads.
  const early = readRepeatedly(old, history, () => 0);
  const [other] = cluster().others(old);
  if (other === undefined) throw new Error("there is no other node");
  const writer = new RecordedEndpoint(other.client, history);
  let acknowledged = 0;
  const write = async (): Promise<void> => {
    await writer.put("clock", String(acknowledged + 1), { client: "writer", timeoutMs: 10_000 });
    acknowledged += 1;
  };
  await write();
  const servedAgainMs = performance.now() - pausedAt;
  const writeUntil = (holds: () => boolean) => async (): Promise<boolean> => {
    await write();
    return holds();
  };
  await eventually(
    writeUntil(() => performance.now() - pausedAt >= PAUSE_MS),
    { within: 2 * PAUSE_MS },
  );
  const late = readRepeatedly(old, history, () => acknowledged);

  old.resume();
  await eventually(
    writeUntil(() => late.answers.length + early.answers.length >= 200),
    { within: 10_000, what: "200 linearizable reads through the resumed node" },
  );
  await contest.more(200);

  await Promise.all([early.stop(), late.stop(), contest.stop()]);
  writer.close();
  await mend(cluster());
  await using client = await cluster().connect();
  await contest.end(client);
  expectLinearizable(history, { atLeast: 500 });
  expect(servedAgainMs).toBeLessThan(PAUSE_MS);
  expect(late.answers.length).toBeGreaterThan(0);
  expect([...early.answers, ...late.answers].filter(({ read, least }) => read < least)).toEqual([]);
  expect((await cluster().leader()).id).not.toBe(old.id);
});

interface Answer {
  /** What was acknowledged elsewhere before the read began. */
  readonly least: number;
  readonly read: number;
}

/** Reads the counter through one node, linearizable, again and again. A read that fails has not lied. */
function readRepeatedly(
  node: NodeProcess,
  history: HistoryRecorder,
  acknowledged: () => number,
): { readonly answers: Answer[]; stop(): Promise<void> } {
  const endpoint = new RecordedEndpoint(node.client, history);
  const answers: Answer[] = [];
  let isOver = false;
  const loop = async (_: unknown, number: number): Promise<void> => {
    const call = { client: `reader ${number}`, timeoutMs: 2 * PAUSE_MS };
    while (!isOver) {
      const least = acknowledged();
      const entry = await endpoint.get("clock", call).catch(ignoreRefusal);
      if (entry !== undefined) answers.push({ least, read: Number(entry.text()) });
    }
  };
  const loops = Array.from({ length: READERS }, loop);
  const stop = async (): Promise<void> => {
    isOver = true;
    await Promise.all(loops);
    endpoint.close();
  };
  return { answers, stop };
}

/** All else is a fault of the test. */
function ignoreRefusal(failure: unknown): undefined {
  if (!(failure instanceof RequestError)) throw failure;
}
