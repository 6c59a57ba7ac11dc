import type { MemberId, StoreId } from "@holdfast/base";
import { type Membership, NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { judgeKnock, type Knock, type KnockView } from "./judge-knock.ts";
import { RESERVED_STORE } from "./reserved-store.ts";

const NEW = 99 as MemberId;

test("a store that the configuration names is admitted", () => {
  expect(judgeKnock(cluster([1, 2, 3]), knock(2, store(2)), lost([]))).toEqual({
    kind: "admitted",
  });
});

test("a stranger is not let in", () => {
  expect(judgeKnock(cluster([1, 2, 3]), knock(7, store(7)), lost([]))).toEqual({
    kind: "unknown",
  });
});

test("a reserved place is taken by the node of its name, with its store and addresses", () => {
  const current = withReserved({ name: "n4", peerAddress: "elsewhere:1" });

  const verdict = judgeKnock(current, knock(4, store(4)), lost([]));

  expect(verdict).toMatchObject({ kind: "bind", member: 4 });
  if (verdict.kind !== "bind") return;
  expect(verdict.target).toMatchObject({ voters: [1, 2, 3], learners: [4] });
  expect(verdict.target.profiles.at(-1)).toEqual({ id: 4, ...knock(4, store(4)) });
});

test("a nameless reserved place is taken by whoever comes from its address", () => {
  const current = withReserved({ name: "", peerAddress: "n4:2380" });

  expect(judgeKnock(current, knock(4, store(4)), lost([]))).toMatchObject({
    kind: "bind",
    member: 4,
  });
  expect(judgeKnock(current, knock(5, store(5)), lost([])).kind).toBe("unknown");
});

test("a nameless reserved place is not taken under the name of another member", () => {
  const current = withReserved({ name: "", peerAddress: "n4:2380" });

  const verdict = judgeKnock(current, { ...knock(4, store(4)), name: "n2" }, lost([2]));

  expect(verdict).toMatchObject({ kind: "wait", reason: expect.stringContaining("n2") });
});

test("nobody comes in at the address of another member", () => {
  const elsewhere = (number: number) => ({ ...knock(number, store(9)), peerAddress: "n1:2380" });
  const reserved = withReserved({ name: "n4", peerAddress: "n4:2380" });

  for (const verdict of [
    judgeKnock(reserved, elsewhere(4), lost([])),
    judgeKnock(cluster([1, 2, 3]), elsewhere(3), lost([3])),
  ]) {
    expect(verdict).toMatchObject({ kind: "wait", reason: expect.stringContaining("n1") });
  }
});

test("a store that was turned away and comes back gets another id than before", () => {
  let ids: number = NEW;
  const view = { ...lost([3]), newId: () => ids++ as MemberId };

  const [first, second] = [1, 2].map(() =>
    judgeKnock(cluster([1, 2, 3]), knock(3, store(9)), view),
  );

  expect(first).toMatchObject({ kind: "replace", member: NEW });
  expect(second).toMatchObject({ kind: "replace", member: NEW + 1 });
});

test("a wiped voter comes back as a learner that takes its former place", () => {
  const verdict = judgeKnock(cluster([1, 2, 3]), knock(3, store(9)), lost([3]));

  expect(verdict).toMatchObject({ kind: "replace", member: NEW, replaces: 3 });
  if (verdict.kind !== "replace") return;
  expect(verdict.target).toMatchObject({
    voters: [1, 2, 3],
    learners: [NEW],
    promotions: [{ learner: NEW, replaces: 3 }],
  });
  expect(verdict.target.profiles.map(({ id }) => id)).toEqual([1, 2, 3, NEW]);
});

test("nobody is replaced while its former store is connected", () => {
  expect(judgeKnock(cluster([1, 2, 3]), knock(3, store(9)), lost([])).kind).toBe("wait");
});

test("nobody is replaced without a majority of the others", () => {
  expect(judgeKnock(cluster([1, 2, 3]), knock(3, store(9)), lost([2, 3])).kind).toBe("wait");
});

test("nobody is replaced within a joint configuration", () => {
  const joint = { ...cluster([1, 2, 3]), outgoing: [1 as MemberId] };

  expect(judgeKnock(joint, knock(3, store(9)), lost([3])).kind).toBe("wait");
});

test("a replacement that is wiped as well hands its task to the next", () => {
  const current = cluster([1, 2, 3], [4], { 4: "n3" });
  const promotions = [{ learner: 4 as MemberId, replaces: 3 as MemberId }];

  const verdict = judgeKnock({ ...current, promotions }, knock(3, store(9)), lost([3, 4]));

  expect(verdict).toMatchObject({ kind: "replace", member: NEW, replaces: 4 });
  if (verdict.kind !== "replace") return;
  expect(verdict.target).toMatchObject({
    voters: [1, 2, 3],
    learners: [NEW],
    promotions: [{ learner: NEW, replaces: 3 }],
  });
  expect(verdict.target.profiles.map(({ id }) => id)).toEqual([1, 2, 3, NEW]);
});

test("a wiped learner comes back as a learner", () => {
  const verdict = judgeKnock(cluster([1, 2, 3], [4]), knock(4, store(9)), lost([4]));

  expect(verdict).toMatchObject({
    kind: "replace",
    target: { voters: [1, 2, 3], learners: [NEW], promotions: [] },
  });
});

function store(number: number): StoreId {
  return String(number).repeat(32) as StoreId;
}

function knock(number: number, storeId: StoreId): Knock {
  return {
    name: `n${number}`,
    storeId,
    peerAddress: `n${number}:2380`,
    clientAddress: `n${number}:2379`,
  };
}

function cluster(
  voters: readonly number[],
  learners: readonly number[] = [],
  names: Readonly<Record<number, string>> = {},
): Membership {
  return {
    ...NO_MEMBERSHIP,
    voters: voters as MemberId[],
    learners: learners as MemberId[],
    profiles: [...voters, ...learners].map((number) => ({
      id: number as MemberId,
      ...knock(number, store(number)),
      name: names[number] ?? `n${number}`,
    })),
  };
}

function withReserved(place: { readonly name: string; readonly peerAddress: string }): Membership {
  const base = cluster([1, 2, 3]);
  const profile = { id: 4 as MemberId, storeId: RESERVED_STORE, clientAddress: "", ...place };
  return { ...base, learners: [4 as MemberId], profiles: [...base.profiles, profile] };
}

function lost(members: readonly number[]): KnockView {
  return {
    isConnected: (id) => !members.includes(id),
    isLost: (id) => members.includes(id),
    isInSync: () => false,
    newId: () => NEW,
  };
}
