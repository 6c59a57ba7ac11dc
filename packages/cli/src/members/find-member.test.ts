import type { ClusterMember } from "@holdfast/client";
import { expect, test } from "vitest";
import { findMember } from "./find-member.ts";

function member(id: number, name: string, given: Partial<ClusterMember> = {}): ClusterMember {
  return {
    id,
    name,
    peerAddress: `10.0.0.${id & 0xff}:2380`,
    clientAddress: "10.0.0.1:2379",
    isStarted: true,
    isLearner: false,
    isPromoting: false,
    replaces: undefined,
    ...given,
  };
}

const MEMBERS = [
  member(0xabc1, "n1"),
  member(0xabc2, "n2"),
  member(0x10, ""),
  member(0x20, "cafe"),
];

test.each([
  { given: "n1", id: 0xabc1 },
  { given: "abc2", id: 0xabc2 },
  { given: "0xABC2", id: 0xabc2 },
  { given: String(0xabc2), id: 0xabc2 },
  { given: "cafe", id: 0x20 },
])("$given is member $id", ({ given, id }) => {
  expect(findMember(MEMBERS, given).id).toBe(id);
});

test("a name goes before an id that looks the same", () => {
  const members = [member(0xbeef, "n1"), member(2, "beef")];

  expect(findMember(members, "beef").id).toBe(2);
});

test("who is not there is told with those who are, and a nameless one by its address", () => {
  expect(() => findMember(MEMBERS.slice(0, 3), "n9")).toThrow(
    "there is no member n9\nmembers: n1 (abc1), n2 (abc2), 10.0.0.16:2380 (10)",
  );
});

test("two stores of one name are told apart by their ids", () => {
  const members = [member(1, "n1"), member(2, "n1", { isPromoting: true, replaces: 1 })];

  expect(() => findMember(members, "n1")).toThrow(
    "n1 may mean n1 (1) or n1 (2): say which by its id",
  );
  expect(findMember(members, "2").id).toBe(2);
});
