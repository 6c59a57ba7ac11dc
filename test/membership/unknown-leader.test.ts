import { eventually } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { join, operate } from "./operator.ts";

const FOLLOWS_WITHIN_MS = 10_000;
// Four, as nobody is added where too few are there.
const cluster = sharedCluster({ nodes: 4 });

test("a member that was away while another was added follows that one when it comes back", async () => {
  const leader = await cluster().leader();
  const [away] = cluster().others(leader);
  if (away === undefined) throw new Error("there are no others");
  await away.kill();
  const added = await join(cluster());
  await operate(cluster(), "move-leader", added.id);
  const { memberId } = await statusOf(added);

  await away.start();

  const followed = await eventually(
    async () => {
      const { leaderId: known } = await statusOf(away);
      return known === 0 ? undefined : known;
    },
    { within: FOLLOWS_WITHIN_MS, what: `${away.id} knows a leader` },
  );
  expect(followed).toBe(memberId);
  await allCaughtUp(cluster());
});

async function statusOf(node: Awaited<ReturnType<typeof join>>) {
  const status = await node.status();
  if (status.kind === "down") throw new Error(`${node.id} is down: ${status.reason}`);
  return status;
}
