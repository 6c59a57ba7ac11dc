import type { Clock, Turn } from "@holdfast/base";
import { expect, test } from "vitest";
import { type NetworkFixture, PeerCluster, type PeerProcess } from "../conformance/peer-cluster.ts";
import { MemoryPeerHub } from "./memory-peer-hub.ts";

test("a cut link loses everything without a word, both ways, and nothing else", async () => {
  const { hub, cluster, settle } = world();
  const [a, b, c] = await three(cluster);

  hub.cut(a.address, b.address);
  ping(a, b);
  ping(b, a);
  ping(a, c);
  await settle();

  expect([a, b, c].map(receivedCount)).toEqual([0, 0, 1]);
  expect(kinds(a)).toEqual(["connected", "connected"]);
});

test("what is on its way when the link is cut is lost; after the heal the link carries again", async () => {
  const { hub, cluster, settle } = world();
  const [a, b] = await three(cluster);

  ping(a, b);
  hub.cut(a.address, b.address);
  await settle();
  hub.heal(a.address, b.address);
  ping(a, b);
  await settle();

  expect(receivedCount(b)).toBe(1);
});

test("a process killed behind a cut link is not known to be gone before the link heals", async () => {
  const { hub, cluster, settle } = world();
  const [a, b, c] = await three(cluster);
  hub.cut(a.address, b.address);

  hub.crash(b.address);
  await settle();
  const before = [kinds(a), kinds(c)];
  hub.heal(a.address, b.address);
  await settle();

  expect(before).toEqual([
    ["connected", "connected"],
    ["connected", "connected", "disconnected", "gone"],
  ]);
  expect(kinds(a)).toEqual(["connected", "connected", "disconnected", "gone"]);
});

test("a process restarted behind a cut link is told as gone and connected when the link heals", async () => {
  const { hub, cluster, settle } = world();
  const [a, b, c] = await three(cluster);
  hub.cut(a.address, b.address);
  hub.crash(b.address);
  const again = await cluster.start(2, b.address);
  cluster.introduce([a, again, c]);
  await settle();

  hub.heal(a.address, b.address);
  await settle();

  expect(kinds(a)).toEqual(["connected", "connected", "disconnected", "gone", "connected"]);
});

test("a hello through a cut link is rejected when its time is over", async () => {
  const { hub, cluster } = world();
  const [a, b] = await three(cluster);
  hub.cut(a.address, b.address);

  await expect(a.network.hello(b.address, 5)).rejects.toMatchObject({ code: "PEER_SILENT" });
});

interface World {
  readonly hub: MemoryPeerHub;
  readonly cluster: PeerCluster;
  settle(): Promise<void>;
}

function world(): World {
  const turn: Turn = {
    soon: (task) => queueMicrotask(task),
    next: () => new Promise((resolve) => setImmediate(resolve)),
  };
  const clock: Clock = {
    now: () => 0,
    timer: (_delayMs, fire) => {
      const immediate = setImmediate(fire);
      return () => clearImmediate(immediate);
    },
  };
  const hub = new MemoryPeerHub({ turn, clock });
  const settle = async (): Promise<void> => {
    for (let count = 0; count < 5; count++) await turn.next();
  };
  let opened = 0;
  const fixture: NetworkFixture = {
    open: ({ identity, events, address = `memory:${++opened}` }) => {
      const network = hub.join({ address, identity, events });
      const kill = (): Promise<void> => Promise.resolve(hub.crash(address));
      return Promise.resolve({ network, address, kill });
    },
    until: async (condition, what) => {
      await settle();
      if (!condition()) throw new Error(what);
    },
    settle,
  };
  return { hub, cluster: new PeerCluster(fixture), settle };
}

async function three(
  cluster: PeerCluster,
): Promise<readonly [PeerProcess, PeerProcess, PeerProcess]> {
  const [a, b, c] = await cluster.form(3);
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were formed");
  return [a, b, c];
}

function ping(from: PeerProcess, to: PeerProcess): void {
  from.network.send(to.id, [{ kind: "forward", from: from.id, batch: new Uint8Array(1) }]);
}

function receivedCount(process: PeerProcess): number {
  return process.sightings.filter(({ kind }) => kind === "received").length;
}

function kinds(process: PeerProcess): readonly string[] {
  return process.sightings.flatMap(({ kind }) => (kind === "received" ? [] : [kind]));
}
