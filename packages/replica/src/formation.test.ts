import {
  type BootId,
  type ClusterId,
  SeededRandom,
  type StoreId,
  silentLogger,
} from "@holdfast/base";
import { expect, test } from "vitest";
import { ManualTime } from "../test/manual-time.ts";
import { type Birth, Formation } from "./formation.ts";
import type { PeerIdentity, PeerNetwork } from "./ports/peer-network.ts";

/** Nodes that only form a cluster: each answers what it is at that moment. */
class Village {
  readonly time = new ManualTime();
  readonly births = new Map<string, Birth>();
  readonly waiting = new Map<string, string>();
  /** Addresses at which somebody asked. */
  readonly asked = new Set<string>();
  readonly #running = new Map<string, Formation>();
  readonly #stores = new Map<string, StoreId>();
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Starts a node with a store of that name; another store is a wiped node. */
  start(
    name: string,
    options: { readonly store?: string; readonly bootstrap?: boolean } = {},
  ): void {
    const storeId = (options.store ?? `store-${name}`) as StoreId;
    this.#stores.set(name, storeId);
    const born = this.births.get(name);
    const isKnown = born?.membership.profiles.some((profile) => profile.storeId === storeId);
    if (isKnown === true) return;
    this.births.delete(name);
    const formation = new Formation({
      self: { ...nodeOf(name), storeId },
      nodes: this.#names.map(nodeOf),
      network: this.#network(),
      clock: this.time,
      random: new SeededRandom(name.charCodeAt(1)),
      logger: silentLogger,
      bootstrap: options.bootstrap ?? false,
      waiting: (reason) => this.waiting.set(name, reason),
    });
    this.#running.set(name, formation);
    void formation.run().then((birth) => {
      if (birth !== undefined) this.births.set(name, birth);
    });
  }

  stop(name: string): void {
    this.#running.get(name)?.stop();
    this.#stores.delete(name);
  }

  #network(): PeerNetwork {
    return {
      setPeers: () => undefined,
      send: () => undefined,
      hello: (address) => this.#hello(address),
      snapshotSource: () => ({
        ask: () => Promise.reject(new Error("connection refused")),
        close: () => undefined,
      }),
    };
  }

  /** A member that the file does not name takes the place of a node. */
  adopt(birth: Birth, name: string): void {
    this.births.set(name, birth);
    this.#stores.set(name, `store-${name}` as StoreId);
  }

  #hello(address: string): Promise<PeerIdentity> {
    this.asked.add(address);
    const name = address.slice(0, address.indexOf(":"));
    const storeId = this.#stores.get(name);
    if (storeId === undefined) return Promise.reject(new Error("connection refused"));
    const birth = this.births.get(name);
    return Promise.resolve({
      name,
      storeId,
      bootId: `boot-${name}` as BootId,
      clusterId: birth?.clusterId,
      memberId: undefined,
      membership: birth?.membership,
      membershipCommitted: true,
      membershipConfirmed: false,
      heartbeatMs: 100,
      electionTimeoutMs: 1000,
      peerAddress: address,
      clientAddress: `${name}:2379`,
    });
  }
}

function nodeOf(name: string) {
  return { name, peerAddress: `${name}:2380`, clientAddress: `${name}:2379` };
}

function clusters(village: Village): readonly (ClusterId | undefined)[] {
  return ["n1", "n2", "n3"].map((name) => village.births.get(name)?.clusterId);
}

const names = ["n1", "n2", "n3"];

test("three unborn nodes form one cluster of all three", async () => {
  const village = new Village(names);
  for (const name of names) village.start(name);

  await village.time.advance(500);

  const [first, second, third] = clusters(village);
  expect(first).toBeDefined();
  expect([second, third]).toEqual([first, first]);
  expect(village.births.get("n3")?.membership.voters).toHaveLength(3);
});

test("no cluster is formed while one node is silent, and the others say whom they wait for", async () => {
  const village = new Village(names);
  village.start("n1");
  village.start("n2");

  await village.time.advance(60_000);

  expect(clusters(village)).toEqual([undefined, undefined, undefined]);
  expect(village.waiting.get("n1")).toContain("n3 (n3:2380)");

  village.start("n3");
  await village.time.advance(500);
  expect(new Set(clusters(village)).size).toBe(1);
});

test("two wiped nodes of three form no new cluster, with the third silent or speaking", async () => {
  const village = new Village(names);
  for (const name of names) village.start(name);
  await village.time.advance(500);
  const [cluster] = clusters(village);
  for (const name of names) village.stop(name);

  village.start("n1", { store: "wiped-1" });
  village.start("n2", { store: "wiped-2" });
  await village.time.advance(60_000);
  expect(village.births.has("n1") || village.births.has("n2")).toBe(false);

  village.start("n3");
  await village.time.advance(60_000);
  expect(clusters(village)).toEqual([undefined, undefined, cluster]);
  expect(village.waiting.get("n1")).toContain("by another store");
});

test("a founder that lost the news of its own cluster learns it from another founder", async () => {
  const village = new Village(names);
  village.start("n1");
  village.start("n2");
  village.start("n3");
  await village.time.advance(150);
  const born = village.births.get("n1");
  village.stop("n3");
  village.births.delete("n3");

  village.start("n3");
  await village.time.advance(500);

  expect(village.births.get("n3")?.clusterId).toBe(born?.clusterId);
});

test("with --bootstrap the nodes that answer form a cluster without the silent one", async () => {
  const village = new Village(names);
  village.start("n2");
  village.start("n1", { bootstrap: true });

  await village.time.advance(500);

  expect(village.births.get("n1")?.membership.voters).toHaveLength(2);
  expect(village.births.get("n2")?.clusterId).toBe(village.births.get("n1")?.clusterId);
});

test("an unborn node asks members too that its file does not name: one of them may lead, and only a leader admits", async () => {
  const village = new Village(names);
  for (const name of names) village.start(name);
  await village.time.advance(500);
  const birth = village.births.get("n1");
  if (birth === undefined) throw new Error("no cluster was formed");
  const { profiles } = birth.membership;
  const added = { ...nodeOf("n4"), id: 4, storeId: "store-n4" } as (typeof profiles)[number];
  const membership = { ...birth.membership, profiles: [...profiles, added] };
  for (const name of ["n1", "n2", "n4"]) village.adopt({ ...birth, membership }, name);

  village.stop("n3");
  village.start("n3", { store: "another" });
  village.asked.clear();
  await village.time.advance(500);

  expect(village.waiting.get("n3")).toContain("knows n3 by another store");
  expect(village.asked).toContain("n4:2380");
});

test("a member that the file does not name, and whose address another node has now, keeps nobody from joining", async () => {
  const village = new Village(names);
  for (const name of names) village.start(name);
  await village.time.advance(500);
  const birth = village.births.get("n1");
  if (birth === undefined) throw new Error("no cluster was formed");
  type Profile = (typeof birth.membership.profiles)[number];
  const naming = (...more: readonly object[]) => ({
    ...birth,
    membership: {
      ...birth.membership,
      profiles: [...birth.membership.profiles, ...(more as readonly Profile[])],
    },
  });
  const gone = { ...nodeOf("n4"), peerAddress: "n5:2380", id: 4, storeId: "store-n4" };
  for (const name of ["n1", "n2"]) village.adopt(naming(gone), name);
  village.start("n5");
  village.stop("n3");
  village.start("n3", { store: "another" });
  await village.time.advance(500);

  const admitted = { ...nodeOf("n3"), id: 9, storeId: "another" };
  for (const name of ["n1", "n2"]) village.adopt(naming(gone, admitted), name);
  await village.time.advance(5_000);

  expect(village.births.get("n3")?.clusterId).toBe(birth.clusterId);
});
