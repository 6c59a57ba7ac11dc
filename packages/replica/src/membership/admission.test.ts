import { type MemberId, type StoreId, silentLogger } from "@holdfast/base";
import { NO_MEMBERSHIP, type RaftStatus } from "@holdfast/raft";
import { expect, test } from "vitest";
import { Admission } from "./admission.ts";

const LEADER = 1 as MemberId;
const NEW = 99 as MemberId;
const store = (digit: number): StoreId => String(digit).padStart(32, "0") as StoreId;

/** Whom the leader of three replaces when a wiped store of that name knocks, while some are gone. */
function replacedBy(name: string, gone: readonly number[]): readonly number[] {
  const profiles = [1, 2, 3].map((id) => ({
    id: id as MemberId,
    name: `n${id}`,
    storeId: store(id),
    peerAddress: `n${id}:1`,
    clientAddress: `n${id}:2`,
  }));
  const voters = profiles.map(({ id }) => id);
  const membership = { ...NO_MEMBERSHIP, voters, profiles };
  const replaced: number[] = [];
  const admission = new Admission({
    desk: {
      propose: (_basedOn, { promotions }) => {
        for (const { replaces } of promotions) if (replaces !== undefined) replaced.push(replaces);
        return Promise.resolve(undefined);
      },
    },
    logger: silentLogger,
    status: () => {
      const status: Partial<RaftStatus> = { id: LEADER, role: "leader", membershipIndex: 1 };
      return { ...status, membership } as RaftStatus;
    },
    isConnected: (id) => id !== LEADER && !gone.includes(id),
    // A member is not connected to itself.
    isLost: (id) => id === LEADER || gone.includes(id),
    newId: () => NEW,
  });
  admission.knocked({ name, storeId: store(9), peerAddress: "n9:1", clientAddress: "n9:2" });
  return replaced;
}

test("a wiped store takes the place of the one that is gone", () => {
  expect(replacedBy("n2", [2])).toEqual([2]);
});

test("a leader is not replaced by a node that has its name", () => {
  expect(replacedBy("n1", [])).toEqual([]);
});
