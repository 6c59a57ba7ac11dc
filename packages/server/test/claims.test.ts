import type { Operation, PublishedRevisions } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { NodeLocks, settled } from "./node-locks.ts";
import { bytes } from "./open-edge.ts";
import { SingleReplica } from "./single-replica.ts";

const CALL_MS = Number.POSITIVE_INFINITY;
const PATIENT = { timeoutMs: Number.POSITIVE_INFINITY, requireLeader: false };

/** Two nodes over one log, the first of which may not hear what becomes of it, and the leases of three clients. */
async function stage({ isFirstDeaf = false } = {}) {
  const replica = new SingleReplica();
  const first = new NodeLocks(isFirstDeaf ? deaf(replica) : replica);
  for (const id of [1n, 2n, 3n]) await first.grant(id);
  return { replica, nodes: [first, new NodeLocks(replica)] as const };
}

/** As a node is whose process was stopped: what it serves waits on. */
function deaf(replica: SingleReplica): SingleReplica {
  return new Proxy(replica, {
    get: (of, name) => {
      if (name === "onRevisions") return () => undefined;
      const member: unknown = Reflect.get(of, name, of);
      return typeof member === "function" ? member.bind(of) : member;
    },
  });
}

/** As a node hears that was cut off: all that happened meanwhile comes with a state, which tells no changes. */
function cutOff(replica: SingleReplica) {
  const followers: ((revisions: PublishedRevisions) => void)[] = [];
  let isCut = false;
  const node = new Proxy(replica, {
    get: (of, name) => {
      if (name === "onRevisions") {
        return (follower: (revisions: PublishedRevisions) => void): void => {
          followers.push(follower);
          of.onRevisions((revisions) => void (isCut || follower(revisions)));
        };
      }
      const member: unknown = Reflect.get(of, name, of);
      return typeof member === "function" ? member.bind(of) : member;
    },
  });
  const cut = (): void => {
    isCut = true;
  };
  const heal = (): void => {
    isCut = false;
    const { revision, compactRevision } = replica.status();
    for (const follower of followers) follower({ revision, compactRevision, events: undefined });
  };
  return { node, cut, heal };
}

/** Whether a lock is held by now. */
async function isHeld(lock: Promise<unknown>): Promise<boolean> {
  let held = false;
  void lock.then(() => {
    held = true;
  });
  await settled();
  return held;
}

describe("a claim belongs to the last call that asked for it", () => {
  test("so one that ends late takes no lock away that the next call with its lease holds", async () => {
    const { nodes } = await stage({ isFirstDeaf: true });
    const [n1, n2] = nodes;
    const held = await n2.lock(1n);
    const end = new AbortController();
    const late = n1.lock(2n, { aborted: end.signal }).catch((failure: unknown) => failure);
    await n2.untilClaimed(2n);
    const again = n2.lock(2n);
    await settled();
    const behind = n2.lock(3n);
    await n2.untilClaimed(3n);
    await n2.unlock(held.key);
    await again;

    end.abort();

    expect(await late).toMatchObject({ code: "ABORTED" });
    expect(await isHeld(behind)).toBe(false);
    await n2.unlock((await again).key);
    expect(await isHeld(behind)).toBe(true);
  });

  test("so one that finds it there and had ended before takes nothing away", async () => {
    const { nodes } = await stage();
    const [n1, n2] = nodes;
    const held = await n2.lock(1n);
    const again = n2.lock(2n);
    await n2.untilClaimed(2n);

    await expect(n1.lock(2n, { aborted: AbortSignal.abort() })).rejects.toThrow();

    await n2.unlock(held.key);
    expect(await isHeld(again)).toBe(true);
  });

  test("so a campaign that ends after another with its lease leaves that in its place", async () => {
    const { nodes } = await stage();
    const [n1, n2] = nodes;
    const first = await n1.lock(1n);
    const end = new AbortController();
    const asked = { name: bytes("m"), lease: 2n };
    const campaign = (node: NodeLocks, value: string, signal: AbortSignal) =>
      node.elections.campaign({ ...asked, value: bytes(value) }, { ...PATIENT, signal });
    const late = campaign(n1, "one", end.signal).catch((failure: unknown) => failure);
    await n2.untilClaimed(2n);
    const again = campaign(n2, "two", new AbortController().signal);
    await settled();

    end.abort();
    await late;
    await settled();
    await n2.unlock(first.key);

    const { kv } = await n2.elections.leader(bytes("m"), PATIENT);
    expect((await again).claim.lease).toBe(2n);
    expect(Buffer.from(kv.value).toString()).toBe("two");
  });

  test("and is given up with it, however often its value was told meanwhile", async () => {
    const { nodes } = await stage();
    const [n1] = nodes;
    const first = await n1.lock(1n);
    const end = new AbortController();
    const campaign = (value: string, signal: AbortSignal) =>
      n1.elections.campaign(
        { name: bytes("m"), lease: 2n, value: bytes(value) },
        { ...PATIENT, signal },
      );
    void campaign("one", new AbortController().signal).catch(() => undefined);
    await n1.untilClaimed(2n);
    const again = campaign("two", end.signal).catch((failure: unknown) => failure);
    await settled();

    end.abort();
    await again;
    await settled();

    expect(await n1.claim(2n)).toBeUndefined();
    await n1.unlock(first.key);
  });
});

describe("a call that fails while it waits leaves nobody waiting for it", () => {
  test("where its node stops", async () => {
    const { nodes } = await stage();
    const [n1, n2] = nodes;
    const held = await n2.lock(1n);
    const stopped = n1.lock(2n).catch((failure: unknown) => failure);
    await n2.untilClaimed(2n);
    const behind = n2.lock(3n);
    await n2.untilClaimed(3n);

    n1.watches.drain();

    expect(await stopped).toMatchObject({ code: "STOPPED" });
    await n2.unlock(held.key);
    expect(await isHeld(behind)).toBe(true);
  });

  test("where its node has begun to stop, so that nothing can be followed there", async () => {
    const { nodes } = await stage();
    const [n1, n2] = nodes;
    const held = await n2.lock(1n);
    n1.watches.drain();

    await expect(n1.lock(2n)).rejects.toMatchObject({ code: "OVERLOADED" });

    const behind = n2.lock(3n);
    await n2.untilClaimed(3n);
    await n2.unlock(held.key);
    expect(await isHeld(behind)).toBe(true);
  });

  test("where it wants a leader and there is none, as soon as there is one again", async () => {
    const { nodes, replica } = await stage();
    const [n1, n2] = nodes;
    const held = await n2.lock(1n);
    const wanting = n1.lock(2n, { requireLeader: true }).catch((failure: unknown) => failure);
    await n2.untilClaimed(2n);
    const behind = n2.lock(3n);
    await n2.untilClaimed(3n);
    await settled();

    await n2.unlock(held.key);
    replica.loseLeader();
    expect(await wanting).toMatchObject({ code: "NO_LEADER" });

    replica.regainLeader();
    expect(await isHeld(behind)).toBe(true);
  });
});

test("a call that waits hears that its lease has ended, though its node had lost what happened before", async () => {
  const replica = new SingleReplica();
  const { node, cut, heal } = cutOff(replica);
  const [n1, n2] = [new NodeLocks(node), new NodeLocks(replica)];
  for (const id of [1n, 2n, 3n]) await n2.grant(id);
  await n2.lock(1n);
  const waiting = n1.lock(2n).catch((failure: Error) => failure.message);
  await n2.untilClaimed(2n);
  await settled();
  const propose = (operation: Operation) => replica.propose(operation, { deadline: CALL_MS });

  cut();
  for (const version of [1, 2]) {
    void n2.lock(3n);
    await n2.untilClaimed(3n, version);
  }
  await propose({ kind: "compact", revision: replica.status().revision });
  heal();
  await settled();
  await propose({ kind: "lease-revoke", id: 2n, expiry: undefined });

  expect(await waiting).toBe("mutex: session is expired");
});

describe("a call whose caller has gone by the time that it has its turn holds nothing", () => {
  test("where it had to wait for its turn", async () => {
    const { nodes, replica } = await stage();
    const [n1, n2] = nodes;
    const held = await n2.lock(1n);
    const end = new AbortController();
    const gone = n1.lock(2n, { aborted: end.signal }).catch((failure: unknown) => failure);
    await n2.untilClaimed(2n);
    await settled();
    await n2.unlock(held.key);
    replica.loseLeader();
    await settled();

    end.abort();
    replica.regainLeader();

    expect(await gone).toMatchObject({ code: "ABORTED" });
    expect(await isHeld(n2.lock(3n))).toBe(true);
  });

  test("where nobody stood before it", async () => {
    const { nodes, replica } = await stage();
    const [n1, n2] = nodes;
    const end = new AbortController();
    replica.loseLeader();
    const gone = n1.lock(2n, { aborted: end.signal }).catch((failure: unknown) => failure);
    await settled();

    end.abort();
    replica.regainLeader();

    expect(await gone).toMatchObject({ code: "ABORTED" });
    expect(await isHeld(n2.lock(3n))).toBe(true);
  });

  test("nor does it take away what the next call with its lease holds", async () => {
    const { nodes, replica } = await stage();
    const [n1, n2] = nodes;
    const end = new AbortController();
    replica.loseLeader();
    const gone = n1.lock(2n, { aborted: end.signal }).catch((failure: unknown) => failure);
    const again = n2.lock(2n);
    await settled();

    end.abort();
    replica.regainLeader();
    await gone;
    await again;
    await settled();

    expect(await n2.claim(2n)).toBeDefined();
  });
});

describe("on a node that has as many watches as it may", () => {
  async function full() {
    const replica = new SingleReplica();
    const node = new NodeLocks(replica, { watchesMax: 0 });
    for (const id of [1n, 2n]) await node.grant(id);
    return { replica, node };
  }

  test("who would wait for a lock is sent to another", async () => {
    const { node } = await full();
    await node.lock(1n);

    const waiting = node.lock(2n);

    await expect(waiting).rejects.toMatchObject({ code: "OVERLOADED", retryable: true });
    await settled();
    expect(await node.claim(2n)).toBeUndefined();
  });

  test("an observer is told who leads once, and sent to another", async () => {
    const { node } = await full();
    await node.lock(1n);
    const end = new AbortController();
    const told: bigint[] = [];
    const observe = async (): Promise<void> => {
      const context = { ...PATIENT, signal: end.signal };
      for await (const { kv } of node.elections.observe(bytes("m"), context)) {
        told.push(kv.lease);
        if (told.length > 1) end.abort();
      }
    };

    await expect(observe()).rejects.toMatchObject({ code: "OVERLOADED" });

    expect(told).toEqual([1n]);
  });
});
