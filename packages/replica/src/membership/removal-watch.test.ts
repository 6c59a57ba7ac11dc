import type { ClusterId, MemberId } from "@holdfast/base";
import { type Membership, NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import type { PeerIdentity } from "../ports/peer-network.ts";
import { RemovalWatch } from "./removal-watch.ts";

const SELF = 1 as MemberId;
const CLUSTER = 7 as ClusterId;
const EVERY_MS = 1000;

interface Answers {
  /** By the id of who answers; who is missing is silent. */
  readonly [id: number]: Partial<PeerIdentity>;
}

const WITHOUT = { membership: of({ voters: [2, 3] }) };
const WITH = { membership: of({ voters: [1, 2, 3] }) };

test.each([
  { what: "both others leave it out", answers: { 2: WITHOUT, 3: WITHOUT }, isRemoved: true },
  { what: "one is silent", answers: { 2: WITHOUT }, isRemoved: false },
  { what: "one still counts it in", answers: { 2: WITHOUT, 3: WITH }, isRemoved: false },
  {
    what: "one may yet roll it back",
    answers: { 2: WITHOUT, 3: { ...WITHOUT, membershipCommitted: false } },
    isRemoved: false,
  },
  {
    what: "one is of another cluster",
    answers: { 2: WITHOUT, 3: { ...WITHOUT, clusterId: 8 as ClusterId } },
    isRemoved: false,
  },
  {
    what: "another member answers in its place",
    answers: { 2: WITHOUT, 3: { ...WITHOUT, memberId: 9 as MemberId } },
    isRemoved: false,
  },
  {
    what: "an unborn node answers",
    answers: { 2: WITHOUT, 3: { membership: undefined } },
    isRemoved: false,
  },
])("of three: $what", async ({ answers, isRemoved }) => {
  expect(await isFoundRemoved(WITH.membership, answers)).toBe(isRemoved);
});

test("of two, the other one knows", async () => {
  const two = of({ voters: [1, 2] });

  expect(await isFoundRemoved(two, { 2: { membership: of({ voters: [2] }) } })).toBe(true);
  expect(await isFoundRemoved(two, {})).toBe(false);
});

test("a majority of five is enough, of each half of a joint configuration", async () => {
  const joint = of({ voters: [1, 2, 3], outgoing: [1, 4, 5] });

  expect(
    await isFoundRemoved(of({ voters: [1, 2, 3, 4, 5] }), { 2: WITHOUT, 3: WITHOUT, 4: WITHOUT }),
  ).toBe(true);
  expect(await isFoundRemoved(joint, { 2: WITHOUT, 3: WITHOUT })).toBe(false);
  expect(await isFoundRemoved(joint, { 2: WITHOUT, 3: WITHOUT, 4: WITHOUT, 5: WITHOUT })).toBe(
    true,
  );
});

test("a learner asks the voters, and one that is alone asks nobody", async () => {
  const learner = of({ voters: [2, 3, 4], learners: [1] });

  expect(await isFoundRemoved(learner, { 2: WITHOUT, 4: WITHOUT })).toBe(true);
  expect(await isFoundRemoved(of({ voters: [1] }), {})).toBe(false);
});

test("a member that knows a leader asks nobody", async () => {
  const leader = 2 as MemberId;

  expect(await isFoundRemoved(WITH.membership, { 2: WITHOUT, 3: WITHOUT }, { leader })).toBe(false);
});

test("one that made sure is believed, also one that came in the place of a voter", async () => {
  const confirmed = { ...WITHOUT, membershipConfirmed: true };
  const other = { ...confirmed, memberId: 9 as MemberId };

  expect(await isFoundRemoved(WITH.membership, { 2: confirmed })).toBe(true);
  expect(await isFoundRemoved(WITH.membership, { 2: other })).toBe(true);
});

test.each([
  { what: "names it", answer: WITH },
  { what: "may yet be rolled back", answer: { ...WITHOUT, membershipCommitted: false } },
  { what: "is of another cluster", answer: { ...WITHOUT, clusterId: 8 as ClusterId } },
])("what is confirmed and $what proves nothing", async ({ answer }) => {
  const answers = { 2: { ...answer, membershipConfirmed: true } };

  expect(await isFoundRemoved(WITH.membership, answers)).toBe(false);
});

async function isFoundRemoved(
  membership: Membership,
  answers: Answers,
  { leader }: { readonly leader?: MemberId } = {},
): Promise<boolean> {
  const time = new ManualTime();
  let isRemoved = false;
  const watch = new RemovalWatch({
    member: { id: SELF, leader, electorate: membership },
    clusterId: CLUSTER,
    clock: time,
    network: {
      hello: (address) => {
        const id = Number(address) as MemberId;
        const answer = answers[id];
        if (answer === undefined) return Promise.reject(new Error("silent"));
        const identity = { clusterId: CLUSTER, memberId: id, membershipCommitted: true, ...answer };
        return Promise.resolve(identity as PeerIdentity);
      },
    },
    everyMs: EVERY_MS,
    removed: () => {
      isRemoved = true;
    },
  });
  watch.start();
  await time.advance(3 * EVERY_MS);
  watch.stop();
  return isRemoved;
}

function of(given: {
  readonly voters: readonly number[];
  readonly outgoing?: readonly number[];
  readonly learners?: readonly number[];
}): Membership {
  const { voters, outgoing = [], learners = [] } = given;
  const ids = [...new Set([...voters, ...outgoing, ...learners])];
  const profiles = ids.map((id) => ({ id, peerAddress: String(id) }));
  return { ...NO_MEMBERSHIP, voters, outgoing, learners, profiles } as unknown as Membership;
}
