import { test } from "vitest";
import { networkedCluster } from "../network/networked-cluster.ts";
import { partitionFollower, partitionLeader } from "../network/suffer-partition.ts";

const stage = networkedCluster();

// What `test/network/partitions.test.ts` leaves out.
test("a leader that hears but is heard by nobody steps down, another serves, and the old one tells nothing old", async () => {
  await partitionLeader(stage(), "hears but is heard by nobody");
});

test.each([
  "is cut from both",
  "is cut from the leader, and the other sees both",
  "hears but is heard by nobody",
] as const)("a follower that %s deposes nobody, and writes go on", async (kind) => {
  await partitionFollower(stage(), kind);
});
