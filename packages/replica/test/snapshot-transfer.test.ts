import type { MemberId } from "@holdfast/base";
import { SNAPSHOT_LIMITS } from "@holdfast/storage";
import { expect, test } from "vitest";
import type { SnapshotAnswer } from "../src/ports/peer-network.ts";
import { REFETCH_MS } from "../src/snapshot/snapshot-fetcher.ts";
import { PATIENCE_MS } from "../src/snapshot/snapshot-fetching.ts";
import { SERVED_IDLE_MS, SERVED_MAX, SERVED_YIELDS_MS } from "../src/snapshot/snapshot-server.ts";
import { type AppliedState, openAppliedState } from "../src/state-at-work.ts";
import { fingerprint, stateParts } from "./made-state.ts";
import { FOLLOWER, LEADER, SnapshotWorld, TERM } from "./snapshot-world.ts";

const LIVE = "state.1";

test("a state arrives as it was frozen, in a directory of its own, while the leader goes on", async () => {
  const world = await SnapshotWorld.open();
  const before = await fingerprint(world.leader, world.time);
  const offer = world.offer();
  world.fetcher.fetch(offer);
  await world.time.advance(2);
  world.leader.store.put("later", Uint8Array.of(1));
  world.leader.store.commitPoint(offer.meta.last.index);
  await world.time.until(world.leader.store.flush());

  await world.settle();

  expect(world.opened).toEqual([600]);
  expect(world.staged).toEqual([offer.meta]);
  const directory = world.fetcher.directoryOf(offer.meta) ?? "none";
  expect(world.disk.open.get(directory)).toBe(0);
  const state = await reopened(world, directory);
  expect(await fingerprint(state, world.time)).toBe(before);
  expect(directory).not.toBe(LIVE);
});

test("each chunk is asked for once, in order", async () => {
  const world = await SnapshotWorld.open();
  world.fetcher.fetch(world.offer());

  await world.settle();

  const sequences = world.sequences();
  expect(sequences).toEqual(sequences.map((_, at) => at));
  expect(sequences.length).toBeGreaterThan(3);
});

test("the same offer again begins nothing anew", async () => {
  const world = await SnapshotWorld.open();
  const offer = world.offer();
  world.fetcher.fetch(offer);
  await world.time.advance(2);
  world.fetcher.fetch({ ...offer });

  await world.settle();

  expect(new Set(world.sequences()).size).toBe(world.sequences().length);
  expect(world.staged.length).toBe(1);
});

test.each([
  { what: "lost on the way there", answers: false },
  { what: "lost on the way back", answers: true },
])("a question $what is asked again, and nothing else", async ({ answers }) => {
  const world = await SnapshotWorld.open();
  const lost = new Set<number>();
  world.carry = async (request) => {
    if (request.sequence % 2 === 1 || lost.has(request.sequence))
      return world.server.asked(request);
    lost.add(request.sequence);
    if (answers) await world.server.asked(request);
    throw new Error("the connection broke");
  };
  world.fetcher.fetch(world.offer());

  await world.settle();

  expect(world.staged.length).toBe(1);
  const chunks = new Set(world.sequences()).size;
  expect(world.sequences().length).toBe(chunks + lost.size);
});

test("a leader that falls silent is given up after a while, and what was there is removed", async () => {
  const world = await SnapshotWorld.open();
  world.carry = (request) =>
    request.sequence < 2 ? world.server.asked(request) : new Promise(() => undefined);
  world.fetcher.fetch(world.offer());
  const since = world.time.now();

  await world.settle();

  expect(world.time.now() - since).toBeGreaterThanOrEqual(PATIENCE_MS);
  expect(world.staged).toEqual([]);
  expect(await world.incoming()).toEqual([]);
  expect(world.transfers.filter(({ way }) => way === "received")).toMatchObject([{ whole: false }]);
});

test("a state that could not be fetched is said to be given up a while later, so that it is asked for again", async () => {
  const world = await SnapshotWorld.open();
  world.carry = () => Promise.resolve({ kind: "gone", reason: "it could not be read" });
  const wanted = world.offer();
  world.fetcher.fetch(wanted);
  await world.settle();
  expect(world.givenUp).toEqual([]);

  await world.time.advance(REFETCH_MS);
  expect(world.givenUp).toEqual([wanted.meta]);

  world.carry = (request) => world.server.asked(request);
  world.fetcher.fetch(wanted);
  await world.settle();
  expect(world.staged.length).toBe(1);
});

test("a chunk that comes damaged is asked for again", async () => {
  const world = await SnapshotWorld.open();
  const damaged = new Set<number>();
  world.carry = async (request) => {
    const answer = await world.server.asked(request);
    if (damaged.has(request.sequence)) return answer;
    damaged.add(request.sequence);
    return flipped(answer);
  };
  world.fetcher.fetch(world.offer());

  await world.settle();

  expect(world.staged.length).toBe(1);
  const directory = world.fetcher.directoryOf(world.offer().meta) ?? "none";
  const state = await reopened(world, directory);
  expect(await fingerprint(state, world.time)).toBe(await fingerprint(world.leader, world.time));
});

test("a state that stays damaged is thrown away, and never staged", async () => {
  const world = await SnapshotWorld.open();
  world.carry = async (request) => {
    const answer = await world.server.asked(request);
    return request.sequence === 2 ? flipped(answer) : answer;
  };
  world.fetcher.fetch(world.offer());

  await world.settle();

  expect(world.staged).toEqual([]);
  expect(await world.incoming()).toEqual([]);
});

test("of a state that was thrown away nothing is asked any more", async () => {
  const world = await SnapshotWorld.open();
  world.carry = async (request) => {
    if (request.sequence > 2) return new Promise(() => undefined);
    const answer = await world.server.asked(request);
    return request.sequence === 2 ? flipped(answer) : answer;
  };
  world.fetcher.fetch(world.offer());
  await world.settle();
  const asked = world.asked.length;

  await world.time.advance(PATIENCE_MS);

  expect(world.asked.length).toBe(asked);
});

test("a state that is not the one that was named is thrown away", async () => {
  const world = await SnapshotWorld.open();
  const offer = world.offer();
  world.carry = (request) => world.server.asked({ ...request, last: offer.meta.last });
  const last = { term: offer.meta.last.term, index: offer.meta.last.index - 1 };
  world.fetcher.fetch({ ...offer, meta: { ...offer.meta, last } });

  await world.settle();

  expect(world.staged).toEqual([]);
  expect(await world.incoming()).toEqual([]);
});

test("a newer offer replaces the one under way, whose chunks are never mixed in", async () => {
  const world = await SnapshotWorld.open();
  world.fetcher.fetch(world.offer(1));
  await world.time.advance(6);
  expect(world.asked.length).toBeGreaterThan(1);

  const newer = world.offer(2);
  world.fetcher.fetch(newer);
  await world.settle();
  await world.settle();

  expect(world.closed).toEqual([`${FOLLOWER}/1`]);
  expect(world.staged).toEqual([newer.meta]);
  expect(world.asked.filter(({ epoch }) => epoch === 2).map(({ sequence }) => sequence)[0]).toBe(0);
  expect(await world.incoming()).toEqual([world.fetcher.directoryOf(newer.meta)]);
});

test("what the leader no longer serves is thrown away, and fetched when it is offered again", async () => {
  const world = await SnapshotWorld.open();
  world.fetcher.fetch(world.offer(1));
  await world.time.advance(6);
  world.server.endAll();
  await world.settle();
  expect(world.staged).toEqual([]);
  expect(await world.incoming()).toEqual([]);

  world.fetcher.fetch(world.offer(2));
  await world.settle();

  expect(world.staged.length).toBe(1);
});

test("a state that is dropped goes, while it is fetched and once it is whole", async () => {
  const world = await SnapshotWorld.open();
  const first = world.offer(1);
  world.fetcher.fetch(first);
  await world.time.advance(6);
  expect(world.arriving).toBe(1);
  world.fetcher.dropped(first.meta);
  await world.settle();
  expect(world.staged).toEqual([]);
  expect(world.arriving).toBe(0);
  expect(await world.incoming()).toEqual([]);

  const second = world.offer(2);
  world.fetcher.fetch(second);
  await world.settle();
  expect(world.staged).toEqual([second.meta]);
  world.fetcher.dropped(second.meta);
  await world.time.advance(5);

  expect(world.fetcher.directoryOf(second.meta)).toBeUndefined();
  expect(await world.incoming()).toEqual([]);
});

test("a disk that takes no more ends the attempt, not the replica", async () => {
  const world = await SnapshotWorld.open();
  world.disk.beforeBatch = () => Promise.reject(new Error("no space left"));
  world.fetcher.fetch(world.offer());

  await world.settle();

  expect(world.staged).toEqual([]);
  expect(await world.incoming()).toEqual([]);
});

test("a stop ends a fetch under way and leaves nothing open", async () => {
  const world = await SnapshotWorld.open();
  world.fetcher.fetch(world.offer());
  await world.time.advance(6);

  await world.time.until(Promise.all([world.fetcher.stop(), world.server.stop()]));

  expect(world.staged).toEqual([]);
  expect([...world.disk.open.values()]).toEqual([0]);
});

test("a follower whose disk is slow is not sent more than it has taken", async () => {
  const world = await SnapshotWorld.open();
  let writes = 0;
  world.disk.beforeBatch = () =>
    new Promise((go) => {
      writes++;
      world.time.timer(1_000, go);
    });
  world.fetcher.fetch(world.offer());
  const { batchBytes, chunkBytes } = SNAPSHOT_LIMITS;
  await world.time.advance(2_500);

  const taken = writes * (batchBytes / chunkBytes);
  expect(world.asked.length).toBeLessThanOrEqual(taken + 1);
  await world.settle();
  expect(world.staged.length).toBe(1);
});

test("states are sent no faster than the limit", async () => {
  const world = await SnapshotWorld.open();
  world.fetcher.fetch(world.offer());
  const since = world.time.now();

  await world.settle();

  const bytes = world.transfers.find(({ way }) => way === "received")?.bytes ?? 0;
  const seconds = (world.time.now() - since) / 1000;
  expect(bytes).toBeGreaterThan(SNAPSHOT_LIMITS.chunkBytes);
  expect(bytes / seconds).toBeLessThan(64 * 1024 * 1024 * 1.5);
});

test("a state that nobody asks for is closed after a while, and told", async () => {
  const world = await SnapshotWorld.open({ entries: 10 });
  const { meta, term, epoch, from } = world.offer(4);

  await world.time.advance(SERVED_IDLE_MS + 10_000);

  expect(world.closed).toEqual([`${FOLLOWER}/4`]);
  const asked = { from: FOLLOWER, to: from, term, epoch, last: meta.last, sequence: 0 };
  expect(await world.server.asked(asked)).toMatchObject({ kind: "gone" });
});

test("a state that is asked for now and then stays open", async () => {
  const world = await SnapshotWorld.open({ entries: 10 });
  const { meta, term, epoch, from } = world.offer(4);
  const asked = { from: FOLLOWER, to: from, term, epoch, last: meta.last, sequence: 0 };

  for (let minute = 0; minute < 5; minute++) {
    await world.time.advance(SERVED_IDLE_MS - 10_000);
    expect(await world.time.until(world.server.asked(asked))).toMatchObject({ kind: "chunk" });
  }

  expect(world.closed).toEqual([]);
});

test("a few states are open at most; the one that was idle longest goes for the next", async () => {
  const world = await SnapshotWorld.open({ entries: 10 });
  const peers = Array.from({ length: SERVED_MAX + 1 }, (_, at) => (at + 10) as MemberId);
  for (const peer of peers) {
    world.server.wanted({ peer, epoch: 1 });
    await world.time.advance(SERVED_YIELDS_MS / SERVED_MAX);
  }

  expect(world.closed).toEqual([`${peers[0]}/1`]);
  expect(world.opened).toEqual(Array.from({ length: SERVED_MAX + 1 }, () => 10));
});

test("more peers than are served at a time come to an end all the same", async () => {
  const world = await SnapshotWorld.open();
  const places = new Map(
    Array.from({ length: SERVED_MAX + 2 }, (_, at) => [(at + 10) as MemberId, -1]),
  );

  for (let round = 0; round < 100 && places.size > 0; round++) {
    for (const [peer, sequence] of places) {
      const next = await fetched(world, peer, sequence);
      if (next === undefined) places.delete(peer);
      else places.set(peer, next);
    }
  }

  expect([...places.keys()]).toEqual([]);
});

/** A peer asks for its next chunk, or for a state where it has none (-1): how far it has come; `undefined` at the end. */
async function fetched(
  world: SnapshotWorld,
  peer: MemberId,
  sequence: number,
): Promise<number | undefined> {
  const { server, opened, time, leader } = world;
  if (sequence < 0) {
    server.wanted({ peer, epoch: 1 });
    return opened.at(-1) === undefined ? -1 : 0;
  }
  const { applied: last } = leader.machine;
  const request = { from: peer, to: LEADER, term: TERM, epoch: 1, last, sequence };
  const answer = await time.until(server.asked(request));
  if (answer.kind === "gone") return -1;
  return answer.chunk.end === undefined ? sequence + 1 : undefined;
}

test("a follower may begin the same state anew", async () => {
  const world = await SnapshotWorld.open();
  const { meta, term, epoch, from } = world.offer();
  const ask = (sequence: number): Promise<SnapshotAnswer> =>
    world.time.until(
      world.server.asked({ from: FOLLOWER, to: from, term, epoch, last: meta.last, sequence }),
    );
  const first = await ask(0);
  for (let sequence = 1; sequence < 6; sequence++) await ask(sequence);
  expect(await ask(1)).toMatchObject({ kind: "gone" });

  expect(await ask(0)).toEqual(first);
  expect(await ask(1)).toMatchObject({ kind: "chunk" });
});

test("without anything applied there is no state to be had", async () => {
  const world = await SnapshotWorld.open({ entries: 0 });

  world.offer();

  expect(world.opened).toEqual([undefined]);
});

function reopened(world: SnapshotWorld, directory: string): Promise<AppliedState> {
  return world.time.until(openAppliedState(directory, stateParts(world.time, world.disk)));
}

function flipped(answer: SnapshotAnswer): SnapshotAnswer {
  if (answer.kind === "gone") return answer;
  const bytes = Uint8Array.from(answer.chunk.bytes);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return { ...answer, chunk: { ...answer.chunk, bytes } };
}

test("a state from before the committed configuration is not offered: who joins by that one is not in it", async () => {
  const world = await SnapshotWorld.open({ entries: 20 });
  world.configuredAt = 21;
  world.offer(1);

  world.configuredAt = 20;
  world.offer(2);

  expect(world.opened).toEqual([undefined, 20]);
});
