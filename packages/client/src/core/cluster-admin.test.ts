import { expect, test } from "vitest";
import { ManualClock } from "../../test/manual-world.ts";
import { type AdminNode, ClusterAdmin } from "./cluster-admin.ts";
import type { ClusterMember } from "./cluster-membership.ts";
import { RequestError, type RequestErrorDetails } from "./request-error.ts";

const MEMBER: ClusterMember = {
  id: 1,
  name: "n1",
  peerAddress: "a:2380",
  clientAddress: "a:2379",
  isStarted: true,
  isLearner: false,
  isPromoting: false,
  replaces: undefined,
};
const REMOVE = { kind: "remove", id: 1 } as const;
const DONE = { id: 1, members: [] };
const CALL = { timeoutMs: 1000 };

/** A node that fails as it is told, first to last, and then answers. */
class FakeNode implements AdminNode {
  readonly address: string;
  readonly asked: string[] = [];
  readonly #failures: Partial<RequestErrorDetails>[];
  members = (): Promise<readonly ClusterMember[]> => Promise.resolve([MEMBER]);

  constructor(address: string, ...failures: readonly Partial<RequestErrorDetails>[]) {
    this.address = address;
    this.#failures = [...failures];
  }

  change(): Promise<typeof DONE> {
    return this.#answer("change", DONE);
  }

  moveLeader(): Promise<number> {
    return this.#answer("move", 2);
  }

  close(): void {
    this.asked.push("close");
  }

  async #answer<Answer>(what: string, answer: Answer): Promise<Answer> {
    this.asked.push(what);
    const failure = this.#failures.shift();
    if (failure === undefined) return answer;
    throw failed(failure);
  }
}

function failed(given: Partial<RequestErrorDetails>): RequestError {
  const details = { code: "UNAVAILABLE", message: "it broke", retryable: true } as const;
  return new RequestError({ ...details, outcome: "unknown", ...given });
}

function adminOf(...nodes: readonly FakeNode[]): { admin: ClusterAdmin; clock: ManualClock } {
  const clock = new ManualClock();
  return { admin: new ClusterAdmin(nodes, { clock }), clock };
}

/** Lets time pass until it is settled. */
async function settled<Answer>(work: Promise<Answer>, clock: ManualClock): Promise<Answer> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  for (let round = 0; round < 1000 && !isOver; round++) {
    for (let task = 0; task < 20; task++) await Promise.resolve();
    if (!isOver) clock.step(clock.now() + 50);
  }
  return work;
}

test("a change goes through the node that answers first, and no other", async () => {
  const [hung, live] = [new FakeNode("a:1"), new FakeNode("b:1")];
  hung.members = () => new Promise(() => undefined);
  const { admin } = adminOf(hung, live);

  expect(await admin.change(REMOVE, CALL)).toEqual(DONE);

  expect(admin.endpoint).toBe("b:1");
  expect([hung.asked, live.asked]).toEqual([[], ["change"]]);
});

test("what certainly did not happen is asked again", async () => {
  const node = new FakeNode(
    "a:1",
    { code: "NO_LEADER", outcome: "not-applied" },
    { code: "UNAVAILABLE", outcome: "not-applied" },
  );
  const { admin, clock } = adminOf(node);

  expect(await settled(admin.change(REMOVE, CALL), clock)).toEqual(DONE);
  expect(node.asked).toEqual(["change", "change", "change"]);
});

test("what may have happened is never asked twice", async () => {
  const node = new FakeNode("a:1", { code: "UNAVAILABLE", outcome: "unknown" });
  const { admin, clock } = adminOf(node);

  await expect(settled(admin.change(REMOVE, CALL), clock)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    outcome: "unknown",
  });
  expect(node.asked).toEqual(["change"]);
});

test("a refusal that does not pass by itself is told at once", async () => {
  const refused = {
    code: "LEARNER_NOT_READY",
    outcome: "not-applied",
    message: "it lags",
  } as const;
  const { admin, clock } = adminOf(new FakeNode("a:1", refused));

  await expect(settled(admin.change(REMOVE, CALL), clock)).rejects.toMatchObject(refused);
});

test("where no node can answer, the failure says of each why, once the time is up", async () => {
  const [a, b, c] = [new FakeNode("a:1"), new FakeNode("b:1"), new FakeNode("c:1")];
  const refused = { outcome: "not-applied", message: "a:1: connection refused" } as const;
  a.members = () => Promise.reject(failed(refused));
  b.members = () => Promise.reject(failed({ code: "NO_LEADER", message: "no leader" }));
  c.members = () => Promise.resolve([]);
  const { admin, clock } = adminOf(a, b, c);

  await expect(settled(admin.moveLeader(undefined, CALL), clock)).rejects.toMatchObject({
    code: "TIMEOUT",
    outcome: "not-applied",
    message:
      "no answer within 1000 ms: a:1: connection refused; b:1: no leader; c:1: it belongs to no cluster yet",
  });
});

test("closing closes all", () => {
  const nodes = [new FakeNode("a:1"), new FakeNode("b:1")];

  adminOf(...nodes).admin.close();

  expect(nodes.map(({ asked }) => asked)).toEqual([["close"], ["close"]]);
});
