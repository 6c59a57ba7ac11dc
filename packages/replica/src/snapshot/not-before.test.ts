import type { MemberId } from "@holdfast/base";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { notBefore } from "./not-before.ts";

const [voter, leaving, learner] = [1, 2, 3] as MemberId[] as [MemberId, MemberId, MemberId];
const membership = {
  ...NO_MEMBERSHIP,
  voters: [voter],
  outgoing: [leaving],
  learners: [learner],
};

test("no state from before the committed configuration is offered to anybody", () => {
  const status = { membership, membershipIndex: 10, commit: 10 };

  expect([voter, leaving, learner].map((peer) => notBefore(status, peer))).toEqual([10, 10, 10]);
});

test("where the configuration is not known to be committed, those that its commit may need are offered any state", () => {
  const status = { membership, membershipIndex: 10, commit: 9 };

  expect([voter, leaving, learner].map((peer) => notBefore(status, peer))).toEqual([0, 0, 10]);
});
