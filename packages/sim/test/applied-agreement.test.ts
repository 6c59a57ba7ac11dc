import type { MemberId } from "@holdfast/base";
import type { ReplicaStatus } from "@holdfast/replica";
import { expect, test } from "vitest";
import { AppliedAgreement } from "../src/server-lane/invariants/applied-agreement.ts";

function says(role: ReplicaStatus["role"], term: number, member: number): ReplicaStatus {
  return { role, term, memberId: member as MemberId } as ReplicaStatus;
}

test("two members that say that they lead one term break I1, however short", () => {
  const agreement = new AppliedAgreement();
  agreement.changed("n1", says("leader", 3, 1));
  agreement.changed("n1", says("follower", 3, 1));
  agreement.changed("n2", says("leader", 4, 2));
  agreement.changed("n1", says("leader", 3, 1));

  expect(agreement.elections).toBe(2);
  expect(() => agreement.changed("n2", says("leader", 3, 2))).toThrow(/leads term 3, which 1 led/);
});
