import { eventually, LOOPBACK_HOST, type NodeProcess, type ShiftedClock } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { latestTerm, Ordeal } from "../network/ordeal.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { longestGapMs } from "../write-gaps.ts";
import { sharedClocks } from "./shared-clocks.ts";

const HOUR_S = 3600;
/** Farther than any time-out of a node, and a session's idle hour. */
const JUMPS_S: readonly number[] = [2 * HOUR_S, -HOUR_S, 0];
/** Then back and forth without a rest, so often. */
const STROBES = 10;
/** Far below any jump; what is measured here is the noise of other tests on this machine. */
const GAP_MS_MAX = 2000;
/** An answer tells the second. */
const SLACK_S = 30;

const clocks = sharedClocks();
const cluster = sharedCluster(() => {
  const all = clocks()?.all;
  return all === undefined ? undefined : { hosts: all.map((clock) => clock.on(LOOPBACK_HOST)) };
});

/** The clock of that node. */
function clockOf(node: NodeProcess): ShiftedClock {
  const found = clocks();
  if (found === undefined) throw new Error("there are no clocks");
  return found.of(node);
}

/** Sets the clock, and waits until the node tells the wrong time: the date of an HTTP answer is its own. */
async function jump(node: NodeProcess, seconds: number): Promise<void> {
  await clockOf(node).shift(seconds);
  await eventually(
    async () => {
      const { headers } = await fetch(`http://${node.client}/health`);
      const fastS = (Date.parse(headers.get("date") ?? "") - Date.now()) / 1000;
      if (Math.abs(fastS - seconds) > SLACK_S) throw new Error(`it is ${fastS} s fast`);
      return true;
    },
    { within: 5000, what: `the clock of ${node.id} is ${seconds} s fast` },
  );
}

/** Sets it wrong, and sets it wrong again, under load. */
async function disturb(node: NodeProcess, ordeal: Ordeal): Promise<void> {
  for (const seconds of JUMPS_S) {
    await jump(node, seconds);
    await ordeal.writes.more(10);
  }
  for (let strobe = 1; strobe <= STROBES; strobe++) {
    await clockOf(node).shift(strobe % 2 === 0 ? HOUR_S : -HOUR_S);
    await ordeal.writes.more(2);
  }
}

test("while the clock on the wall of the leader, or of a follower, jumps nobody is elected, and writes go on", async () => {
  await using ordeal = await Ordeal.begin("jumps", cluster());
  const leader = await cluster().leader();
  const [follower] = cluster().others(leader);
  if (follower === undefined) throw new Error("there is no follower");
  const before = await latestTerm(cluster());
  const since = performance.now();

  await disturb(leader, ordeal);
  await disturb(follower, ordeal);

  const gapMs = longestGapMs(ordeal.writes, since, performance.now());
  show("clock jumps", { gapMs });
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(await latestTerm(cluster())).toBe(before);
  expect(await cluster().leader()).toBe(leader);
  expect(ordeal.writes.failed).toEqual([]);
  await ordeal.judge({ atLeast: 150 });
});
