import { test } from "vitest";
import { networkedCluster } from "./networked-cluster.ts";
import { partitionFollower, partitionIdleFollower, partitionLeader } from "./suffer-partition.ts";

const stage = networkedCluster();

// The other kinds are in `test/proof/partitions.test.ts`.
test.each(["is cut from both followers", "sends but hears nothing"] as const)(
  "a leader that %s steps down, another serves, and the old one tells nothing old",
  async (kind) => {
    await partitionLeader(stage(), kind);
  },
);

test("a follower that sends but hears nothing deposes nobody, and writes go on", async () => {
  await partitionFollower(stage(), "sends but hears nothing");
});

test("where nothing is written, a follower that only the other one hears deposes nobody", async () => {
  await partitionIdleFollower(stage(), "is cut from the leader, and the other sees both");
});
