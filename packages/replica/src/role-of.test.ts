import type { MemberId } from "@holdfast/base";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { roleOf } from "./role-of.ts";

const [voter, leaving, learner] = [1, 2, 3] as MemberId[] as [MemberId, MemberId, MemberId];
const membership = {
  ...NO_MEMBERSHIP,
  voters: [voter],
  outgoing: [voter, leaving],
  learners: [learner],
};

test.each([
  { id: voter, role: "leader", is: "leader" },
  { id: voter, role: "follower", is: "follower" },
  { id: leaving, role: "follower", is: "follower" },
  { id: leaving, role: "leader", is: "leader" },
  { id: learner, role: "follower", is: "learner" },
  { id: 4 as MemberId, role: "follower", is: "learner" },
] as const)("$id, to the core a $role, is a $is", ({ id, role, is }) => {
  expect(roleOf({ id, role, membership })).toBe(is);
});
