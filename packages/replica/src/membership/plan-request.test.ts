import type { MemberId, StoreId } from "@holdfast/base";
import { type Membership, NO_MEMBERSHIP } from "@holdfast/raft";
import { describe, expect, test } from "vitest";
import { type ClusterView, LEARNERS_MAX, MEMBERS_MAX, planRequest } from "./plan-request.ts";
import { RESERVED_STORE } from "./reserved-store.ts";

const NEW = 99 as MemberId;
const add = {
  kind: "add",
  name: "n4",
  peerAddress: "n4:2380",
  clientAddress: "n4:2379",
  learner: false,
} as const;

describe("adding", () => {
  test("a voter begins as a learner that is promoted by itself", () => {
    const { target, member } = planRequest(cluster([1, 2, 3]), add, seeing([1, 2, 3]));

    expect(member).toBe(NEW);
    expect(target).toMatchObject({
      voters: [1, 2, 3],
      learners: [NEW],
      promotions: [{ learner: NEW, replaces: undefined }],
    });
    expect(target.profiles.at(-1)).toEqual({
      id: NEW,
      name: "n4",
      storeId: RESERVED_STORE,
      peerAddress: "n4:2380",
      clientAddress: "n4:2379",
    });
  });

  test("a learner stays one", () => {
    const { target } = planRequest(
      cluster([1, 2, 3]),
      { ...add, learner: true },
      seeing([1, 2, 3]),
    );

    expect(target).toMatchObject({ learners: [NEW], promotions: [] });
  });

  test("to a cluster of one needs nobody else", () => {
    expect(planRequest(cluster([1]), add, seeing([1])).target.learners).toEqual([NEW]);
  });

  test("a voter is refused where the larger quorum would not be connected", () => {
    // Three of four would be needed, and two are up.
    expect(() => planRequest(cluster([1, 2, 3]), add, seeing([1, 2]))).toThrow(
      expect.objectContaining({ code: "QUORUM_NOT_CONNECTED", retryable: true }),
    );
  });

  test.each([
    [{ peerAddress: "n2:2380" }, "PEER_ADDRESS_TAKEN"],
    [{ name: "n2" }, "MEMBER_NAME_TAKEN"],
  ])("what another member has is refused: %o", (part, code) => {
    expect(() => planRequest(cluster([1, 2, 3]), { ...add, ...part }, seeing([1, 2, 3]))).toThrow(
      expect.objectContaining({ code, outcome: "not-applied" }),
    );
  });

  test("has limits", () => {
    const learners = Array.from({ length: LEARNERS_MAX }, (_, at) => at + 4);
    const named = { ...add, name: "x", peerAddress: "x:1" };
    expect(() => planRequest(cluster([1, 2, 3], learners), named, seeing([1, 2, 3]))).toThrow(
      expect.objectContaining({ code: "TOO_MANY_LEARNERS" }),
    );
    const voters = Array.from({ length: MEMBERS_MAX }, (_, at) => at + 1);
    expect(() => planRequest(cluster(voters), named, seeing(voters))).toThrow(
      expect.objectContaining({ code: "TOO_MANY_MEMBERS" }),
    );
  });
});

describe("removing", () => {
  test("a voter leaves with its profile", () => {
    const { target } = planRequest(cluster([1, 2, 3]), remove(3), seeing([1, 2]));

    expect(target.voters).toEqual([1, 2]);
    expect(target.profiles.map(({ id }) => id)).toEqual([1, 2]);
  });

  test("is refused where those who stay have no quorum", () => {
    expect(() => planRequest(cluster([1, 2, 3]), remove(1), seeing([1, 2]))).toThrow(
      expect.objectContaining({ code: "QUORUM_NOT_CONNECTED" }),
    );
  });

  test("the last voter and a stranger are refused", () => {
    expect(() => planRequest(cluster([1]), remove(1), seeing([1]))).toThrow(
      expect.objectContaining({ code: "LAST_VOTER" }),
    );
    expect(() => planRequest(cluster([1]), remove(7), seeing([1]))).toThrow(
      expect.objectContaining({ code: "MEMBER_NOT_FOUND" }),
    );
  });

  test("a learner leaves with its promotion", () => {
    const current = {
      ...cluster([1, 2], [4]),
      promotions: [{ learner: id(4), replaces: undefined }],
    };

    const { target } = planRequest(current, remove(4), seeing([1, 2]));

    expect(target).toMatchObject({ voters: [1, 2], learners: [], promotions: [] });
  });

  test("whom a learner was to replace leaves at once, and the learner is promoted all the same", () => {
    const current = {
      ...cluster([1, 2, 3], [4]),
      promotions: [{ learner: id(4), replaces: id(3) }],
    };

    const { target } = planRequest(current, remove(3), seeing([1, 2]));

    expect(target).toMatchObject({
      voters: [1, 2],
      promotions: [{ learner: 4, replaces: undefined }],
    });
  });
});

describe("promoting", () => {
  test("a learner in sync votes, and whom it replaces leaves", () => {
    const current = {
      ...cluster([1, 2, 3], [4]),
      promotions: [{ learner: id(4), replaces: id(3) }],
    };

    const { target } = planRequest(current, promote(4), seeing([1, 2], [4]));

    expect(target).toMatchObject({ voters: [1, 2, 4], learners: [], promotions: [] });
    expect(target.profiles.map(({ id: member }) => member)).toEqual([1, 2, 4]);
  });

  test("one that lags is refused, and so is a voter", () => {
    expect(() => planRequest(cluster([1, 2], [4]), promote(4), seeing([1, 2]))).toThrow(
      expect.objectContaining({ code: "LEARNER_NOT_READY" }),
    );
    expect(() => planRequest(cluster([1, 2], [4]), promote(2), seeing([1, 2]))).toThrow(
      expect.objectContaining({ code: "NOT_A_LEARNER" }),
    );
  });
});

test("an update changes what is given and keeps the rest", () => {
  const { target } = planRequest(
    cluster([1, 2], [4]),
    { kind: "update", id: id(2), peerAddress: "elsewhere:1", clientAddress: "" },
    seeing([1, 2]),
  );

  expect(target).toMatchObject({ voters: [1, 2], learners: [4] });
  expect(target.profiles[1]).toMatchObject({
    peerAddress: "elsewhere:1",
    clientAddress: "n2:2379",
  });
});

test("nothing is planned on a joint configuration", () => {
  const joint = { ...cluster([1, 2, 3]), outgoing: [id(1)] };

  expect(() => planRequest(joint, add, seeing([1, 2, 3]))).toThrow(
    expect.objectContaining({ code: "CHANGE_IN_PROGRESS" }),
  );
});

function id(number: number): MemberId {
  return number as MemberId;
}

function remove(member: number) {
  return { kind: "remove", id: id(member) } as const;
}

function promote(member: number) {
  return { kind: "promote", id: id(member) } as const;
}

function cluster(voters: readonly number[], learners: readonly number[] = []): Membership {
  return {
    ...NO_MEMBERSHIP,
    voters: voters.map(id),
    learners: learners.map(id),
    profiles: [...voters, ...learners].map((number) => ({
      id: id(number),
      name: `n${number}`,
      storeId: String(number).repeat(32).slice(0, 32) as StoreId,
      peerAddress: `n${number}:2380`,
      clientAddress: `n${number}:2379`,
    })),
  };
}

function seeing(connected: readonly number[], inSync: readonly number[] = []): ClusterView {
  return {
    isConnected: (member) => connected.includes(member),
    isInSync: (member) => inSync.includes(member),
    newId: () => NEW,
  };
}
