import { expect, test } from "vitest";
import { CoreCluster } from "../core-cluster.ts";

const CENTURY_OF_ELECTIONS = 2 ** 32;

test.each([Number.MAX_SAFE_INTEGER, 1 + CENTURY_OF_ELECTIONS])(
  "a term that leaps %d ahead is passed over: whoever took it would have none left to campaign in",
  (leap) => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    const before = leader.raft.status();
    const from = (1 + (leader.id % 3)) as typeof leader.id;
    const message = { kind: "vote-response", from, to: leader.id, granted: false } as const;

    cluster.step(leader.id, { kind: "message", message: { ...message, term: before.term + leap } });
    cluster.settle();

    expect(leader.raft.status()).toMatchObject({ term: before.term, role: "leader" });
  },
);

test("one as far ahead as a century of elections is believed", () => {
  const cluster = new CoreCluster();
  const leader = cluster.elect();
  const { term } = leader.raft.status();
  const from = (1 + (leader.id % 3)) as typeof leader.id;
  const message = { kind: "vote-response", from, to: leader.id, granted: false } as const;

  cluster.step(leader.id, {
    kind: "message",
    message: { ...message, term: term + CENTURY_OF_ELECTIONS },
  });

  expect(leader.raft.status()).toMatchObject({
    term: term + CENTURY_OF_ELECTIONS,
    role: "follower",
  });
});
