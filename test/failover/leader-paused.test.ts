import { EtcdEndpoint } from "@holdfast/client";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

const PAUSE_MS = 5000;
const READERS = 8;
const cluster = sharedCluster();

test("a leader stopped for 5 s is replaced, and answers no linearizable read with what is stale", async () => {
  const old = await cluster().leader();
  const pausedAt = performance.now();
  old.pause();
  // Sent while it sleeps, answered when it wakes believing that it leads.
  const early = readRepeatedly(old, () => 0, { readers: READERS });
  const [other] = cluster().others(old);
  if (other === undefined) throw new Error("there is no other node");
  const writer = new EtcdEndpoint(other.client);
  let acknowledged = 0;
  const write = async (): Promise<void> => {
    await writer.put("clock", String(acknowledged + 1), { timeoutMs: 10_000 });
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
  const late = readRepeatedly(old, () => acknowledged, { readers: READERS });

  old.resume();
  await eventually(
    writeUntil(() => late.answers.length + early.answers.length >= 200),
    { within: 10_000, what: "200 linearizable reads through the resumed node" },
  );

  await Promise.all([early.stop(), late.stop()]);
  writer.close();
  await mend(cluster());
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
  acknowledged: () => number,
  { readers }: { readonly readers: number },
): { readonly answers: Answer[]; stop(): Promise<void> } {
  const endpoint = new EtcdEndpoint(node.client);
  const answers: Answer[] = [];
  let isOver = false;
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const least = acknowledged();
      const value = await endpoint.get("clock", { timeoutMs: 2 * PAUSE_MS }).catch(() => undefined);
      if (value !== undefined)
        answers.push({ least, read: Number(new TextDecoder().decode(value)) });
    }
  };
  const loops = Array.from({ length: readers }, loop);
  const stop = async (): Promise<void> => {
    isOver = true;
    await Promise.all(loops);
    endpoint.close();
  };
  return { answers, stop };
}
