import type { ClusterId, MemberId } from "@holdfast/base";
import { expect, test } from "vitest";
import type { PeerIdentity } from "../ports/peer-network.ts";
import { madeSureFor } from "./stranger.ts";

const HERE = identity({ memberId: 1, members: [1, 2, 3] });

async function madeSure(
  caller: PeerIdentity,
  here: PeerIdentity = HERE,
  barrier = () => Promise.resolve(),
): Promise<{ readonly answer: boolean; readonly barriers: number }> {
  let barriers = 0;
  const answer = await madeSureFor(caller, here, () => {
    barriers++;
    return barrier();
  });
  return { answer, barriers };
}

test("who takes itself for a member, and is not named, is told what is certain", async () => {
  expect(await madeSure(identity({ memberId: 4 }))).toEqual({ answer: true, barriers: 1 });
});

test("what could not be made sure of is told as such", async () => {
  const barrier = () => Promise.reject(new Error("no leader is known"));

  expect(await madeSure(identity({ memberId: 4 }), HERE, barrier)).toEqual({
    answer: false,
    barriers: 1,
  });
});

test.each([
  ["a member", identity({ memberId: 2 }), HERE],
  ["an unborn node", identity({}), HERE],
  ["a member of another cluster", identity({ memberId: 4, cluster: 8 }), HERE],
  ["who asks an unborn node", identity({ memberId: 4 }), identity({})],
])("%s costs no read", async (_, caller, here) => {
  expect(await madeSure(caller, here)).toEqual({ answer: false, barriers: 0 });
});

function identity(given: {
  readonly memberId?: number;
  readonly cluster?: number;
  readonly members?: readonly number[];
}): PeerIdentity {
  const { memberId, cluster = 7, members } = given;
  return {
    clusterId: memberId === undefined ? undefined : (cluster as ClusterId),
    memberId: memberId as MemberId | undefined,
    membership: members && { profiles: members.map((id) => ({ id })) },
  } as unknown as PeerIdentity;
}
