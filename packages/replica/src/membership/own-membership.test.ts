import type { MemberId } from "@holdfast/base";
import { type Membership, NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { OwnMembership } from "./own-membership.ts";

const SELF = 4 as MemberId;

test("a founder has left once the configuration without it is applied", () => {
  const own = new OwnMembership(SELF, { index: 0, membership: voting(1, 4) }, []);

  own.changed({ index: 10, membership: voting(1) });

  expect(own.hasLeft(9)).toBe(false);
  expect(own.hasLeft(10)).toBe(true);
});

test("a newcomer does not take the configurations from before it for its removal", () => {
  const own = new OwnMembership(SELF, { index: 0, membership: learning(4) }, [
    { index: 3, membership: voting(1, 2) },
  ]);

  expect(own.hasLeft(3)).toBe(false);
  own.changed({ index: 8, membership: learning(4) });
  own.changed({ index: 9, membership: voting(1, 2) });
  expect(own.hasLeft(9)).toBe(true);
});

test("a newcomer asks those who admitted it, until its log names it", () => {
  const admitted = learning(4);
  const past = voting(1, 2);
  const own = new OwnMembership(SELF, { index: 0, membership: admitted }, []);

  own.changed({ index: 3, membership: past });
  expect(own.askedOf(past)).toBe(admitted);

  own.changed({ index: 8, membership: learning(4) });
  own.changed({ index: 9, membership: past });
  expect(own.askedOf(past)).toBe(past);
});

test("a removal that is rolled back is none", () => {
  const own = new OwnMembership(SELF, { index: 5, membership: voting(1, 4) }, []);

  own.changed({ index: 10, membership: voting(1) });
  own.changed({ index: 5, membership: voting(1, 4) });

  expect(own.hasLeft(10)).toBe(false);
});

function voting(...ids: readonly number[]): Membership {
  return { ...NO_MEMBERSHIP, voters: ids as MemberId[], profiles: ids.map(profile) };
}

function learning(id: number): Membership {
  return {
    ...NO_MEMBERSHIP,
    voters: [1 as MemberId],
    learners: [id as MemberId],
    profiles: [1, id].map(profile),
  };
}

function profile(id: number) {
  const name = `n${id}`;
  return {
    id: id as MemberId,
    name,
    storeId: "ab".repeat(16) as never,
    peerAddress: `${name}:1`,
    clientAddress: `${name}:2`,
  };
}
