import { expect, test } from "vitest";
import { CoreCluster } from "../core-cluster.ts";

/** It never campaigns, so this is how its driver learns that it should ask whether it is a member still. */
test("a learner that is cut off, and removed meanwhile, forgets its leader", () => {
  const cluster = new CoreCluster();
  const leader = cluster.elect();
  cluster.advance(200);
  const learner = cluster.add();
  cluster.change(leader.id, [1, 2, 3], { learners: [4] });
  cluster.advance(1_000);
  expect(learner.raft.status().leader).toBe(leader.id);

  cluster.delivers = ({ from, to }) => from !== learner.id && to !== learner.id;
  cluster.advance(3_000);
  cluster.change(leader.id, [1, 2, 3], { token: 901 });
  cluster.advance(10_000);
  cluster.delivers = () => true;
  cluster.advance(60_000);

  expect(leader.raft.status().membership.learners).toEqual([]);
  expect(learner.raft.status().membership.learners).toEqual([4]);
  expect(learner.raft.status().leader).toBeUndefined();
});
