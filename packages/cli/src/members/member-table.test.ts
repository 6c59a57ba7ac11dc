import type { ClusterMember } from "@holdfast/client";
import { expect, test } from "vitest";
import { membersJson } from "./member-json.ts";
import { partOf } from "./member-table.ts";

const VOTER: ClusterMember = {
  id: 0xa1,
  name: "n1",
  peerAddress: "10.0.0.1:2380",
  clientAddress: "10.0.0.1:2379",
  isStarted: true,
  isLearner: false,
  isPromoting: false,
  replaces: undefined,
};

test.each<{ readonly member: Partial<ClusterMember>; readonly part: string }>([
  { member: {}, part: "voter" },
  { member: { isLearner: true }, part: "learner" },
  { member: { isLearner: true, isStarted: false }, part: "learner, its node has not joined yet" },
  { member: { isPromoting: true }, part: "catches up, then votes" },
  {
    member: { isPromoting: true, isStarted: false },
    part: "will vote; its node has not joined yet",
  },
  { member: { isPromoting: true, replaces: 0xff }, part: "catches up, then replaces ff" },
])("$part", ({ member, part }) => {
  expect(partOf({ ...VOTER, ...member }, [VOTER])).toBe(part);
});

test("a voter that another store replaces is told as such", () => {
  const next = { ...VOTER, id: 0xa2, isPromoting: true, replaces: VOTER.id };

  expect(partOf(VOTER, [VOTER, next])).toBe("voter, being replaced");
});

test("in JSON members are named as in etcd, with decimal ids", () => {
  const added = { ...VOTER, id: 7, name: "n2", clientAddress: "", isStarted: false };

  expect(membersJson([{ ...added, isPromoting: true, replaces: 161 }], 161)).toEqual({
    leader: "161",
    members: [
      {
        ID: "7",
        name: "n2",
        peerURLs: ["http://10.0.0.1:2380"],
        clientURLs: [],
        isLearner: false,
        started: false,
        promoting: true,
        replaces: "161",
      },
    ],
  });
});
