import { FIRST_GROUP, type MemberId, SeededRandom, silentLogger } from "@holdfast/base";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import { type Alarm, type AlarmOperation, rowLayout } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { HASH_LOOK_MS, HashComparison, ROLLING_EVERY_MS } from "./hash-comparison.ts";
import type { HashMessage, StateHashes } from "./hash-message.ts";
import { suspects } from "./suspects.ts";

const KV_EVERY_MS = 60_000;
const ids = (count: number): MemberId[] =>
  Array.from({ length: count }, (_, at) => (at + 1) as MemberId);

/** What each of some members says, by its id from 1 on. */
function told(...hashes: readonly Partial<StateHashes>[]): ReadonlyMap<MemberId, StateHashes> {
  return new Map(
    hashes.map((one, at) => [(at + 1) as MemberId, { rolling: undefined, kv: undefined, ...one }]),
  );
}
const kv = (hash: number, compactRevision = 5) => ({ kv: { hash, compactRevision } });

describe("who differs", () => {
  test.each([
    ["nobody, where all have the same", told(kv(1), kv(1), kv(1)), []],
    ["one of three", told(kv(1), kv(2), kv(1)), [2]],
    ["the first as well as any", told(kv(2), kv(1), kv(1)), [1]],
    ["by what it applied", told({ rolling: 7 }, { rolling: 7 }, { rolling: 8 }), [3]],
    ["nobody knows who, where no majority agrees", told(kv(1), kv(2)), [0]],
    ["nobody knows who, of three opinions", told(kv(1), kv(2), kv(3)), [0]],
    ["nobody, as another compaction says nothing", told(kv(1), kv(1), kv(2, 6)), []],
    ["nobody, as who does not know says nothing", told(kv(1), {}, {}), []],
  ])("%s", (_, hashes, found) => {
    expect(suspects(hashes, ids(3))).toEqual(found);
  });

  test("a learner is judged and has no say", () => {
    expect(suspects(told(kv(1), kv(1), kv(2)), ids(2))).toEqual([3]);
    expect(suspects(told(kv(1), kv(2), kv(2)), ids(2))).toEqual([0]);
  });
});

/** Members whose states are figures; what the leader proposes, all have applied at once. */
class Stage {
  readonly time = new ManualTime();
  readonly rolling = new Map<MemberId, number>();
  readonly members = new Map<MemberId, HashComparison>();
  readonly failed: MemberId[] = [];
  readonly asked: number[] = [];
  readonly ids: number[] = [];
  /** What the leader raised. */
  alarms: Alarm[] = [];
  /** What clients did. */
  readonly ofClients: Alarm[] = [];
  readonly #table = {
    all: () => [...this.ofClients, ...this.alarms],
    automatic: () => this.alarms,
  };
  leader: MemberId | undefined = 1 as MemberId;
  away: MemberId | undefined;
  /** So many messages are lost from now on. */
  losses = 0;
  /** Nobody knows yet that somebody is away. */
  isAwayKnown = true;

  constructor(count: number, life = 0) {
    for (const id of ids(count)) this.members.set(id, this.#member(id, ids(count), life));
    for (const member of this.members.values()) member.start();
  }

  #member(self: MemberId, all: readonly MemberId[], life: number): HashComparison {
    this.rolling.set(self, 7);
    return new HashComparison({
      self,
      clock: this.time,
      random: new SeededRandom(self + 100 * life),
      logger: silentLogger,
      everyMs: KV_EVERY_MS,
      leader: () => this.leader,
      membership: () => ({ ...NO_MEMBERSHIP, voters: all, profiles: all.map(profile) }),
      isConnected: (id) => !this.isAwayKnown || id !== this.away,
      machine: () => ({
        applied: { index: 100, term: 1 },
        revision: 50,
        layout: rowLayout(FIRST_GROUP),
        rollingHashAt: () => this.rolling.get(self),
        alarms: this.#table,
      }),
      read: () => Promise.reject(new Error("no disk")),
      propose: (operation) => Promise.resolve(this.#apply(operation)),
      send: (to, message) => this.#send(to, message),
      fail: () => this.failed.push(self),
    });
  }

  #apply({ alarm }: AlarmOperation) {
    this.alarms.push(alarm);
    return { kind: "alarm", revision: 50, found: true } as const;
  }

  #send(to: MemberId, message: HashMessage): void {
    if (this.losses-- > 0) return;
    if (message.kind === "hash-ask") {
      this.asked.push(message.revision);
      this.ids.push(message.id);
    }
    if (to !== this.away) this.members.get(to)?.received(message);
  }
}

function profile(id: MemberId) {
  const address = `n${id}:1`;
  const storeId = "0".repeat(32) as never;
  return { id, name: `n${id}`, storeId, peerAddress: address, clientAddress: address };
}

describe("the leader", () => {
  test("asks often for what was applied, and rarely for what is on the disk", async () => {
    const { time, asked, alarms } = new Stage(3);

    await time.advance(KV_EVERY_MS + HASH_LOOK_MS);

    const perMember = asked.length / 2;
    expect(perMember).toBeGreaterThanOrEqual(KV_EVERY_MS / (ROLLING_EVERY_MS + HASH_LOOK_MS));
    expect(asked.filter((revision) => revision === 50)).toHaveLength(2);
    expect(alarms).toEqual([]);
  });

  test("asks twice before it names a member, which then stops", async () => {
    const stage = new Stage(3);
    stage.rolling.set(3 as MemberId, 8);

    await stage.time.advance(ROLLING_EVERY_MS + 3 * HASH_LOOK_MS);

    expect(stage.alarms).toEqual([{ member: 3n, kind: "corrupt" }]);
    expect(stage.failed).toEqual([3]);
    expect(stage.asked).toHaveLength(4);
  });

  test("names a member that a client has named already, which does not stop for that", async () => {
    const stage = new Stage(3);
    stage.ofClients.push({ member: 3n, kind: "corrupt" });
    await stage.time.advance(ROLLING_EVERY_MS);
    expect(stage.failed).toEqual([]);
    stage.rolling.set(3 as MemberId, 8);

    await stage.time.advance(ROLLING_EVERY_MS + 3 * HASH_LOOK_MS);

    expect(stage.alarms).toEqual([{ member: 3n, kind: "corrupt" }]);
    expect(stage.failed).toEqual([3]);
  });

  test("names itself, if it is the one", async () => {
    const stage = new Stage(3);
    stage.rolling.set(1 as MemberId, 8);

    await stage.time.advance(ROLLING_EVERY_MS + 3 * HASH_LOOK_MS);

    expect(stage.alarms).toEqual([{ member: 1n, kind: "corrupt" }]);
    expect(stage.failed).toEqual([1]);
  });

  test("with one of three away names nobody, and nobody stops", async () => {
    const stage = new Stage(3);
    stage.away = 3 as MemberId;
    stage.rolling.set(2 as MemberId, 8);

    await stage.time.advance(ROLLING_EVERY_MS + 3 * HASH_LOOK_MS);

    expect(stage.alarms).toEqual([{ member: 0n, kind: "corrupt" }]);
    expect(stage.failed).toEqual([]);
  });

  test("waits for nobody who went away when it had been asked", async () => {
    const stage = new Stage(3);
    await stage.time.advance(ROLLING_EVERY_MS - HASH_LOOK_MS);
    stage.rolling.set(2 as MemberId, 8);
    stage.away = 3 as MemberId;
    stage.isAwayKnown = false;
    const connected = stage.members.get(1 as MemberId);

    for (let look = 0; look < 5; look++) {
      await stage.time.advance(HASH_LOOK_MS);
      connected?.disconnected(3 as MemberId);
    }

    expect(stage.alarms).toEqual([{ member: 0n, kind: "corrupt" }]);
  });

  test.each([1, 2, 3])(
    "puts a question again that was lost, or its answer: %i of them",
    async (losses) => {
      const stage = new Stage(3);
      stage.rolling.set(3 as MemberId, 8);
      await stage.time.advance(ROLLING_EVERY_MS - HASH_LOOK_MS);
      stage.losses = losses;

      await stage.time.advance(5 * HASH_LOOK_MS);

      expect(stage.alarms).toEqual([{ member: 3n, kind: "corrupt" }]);
    },
  );

  test("numbers its questions otherwise than its former process, whose answers may still come", async () => {
    const [former, later] = [new Stage(3, 0), new Stage(3, 1)];

    for (const { time } of [former, later]) await time.advance(ROLLING_EVERY_MS + HASH_LOOK_MS);

    expect(former.ids.length).toBeGreaterThan(0);
    expect(former.ids.filter((id) => later.ids.includes(id))).toEqual([]);
  });

  test("raises an alarm once, and a difference that is gone at the second asking not at all", async () => {
    const stage = new Stage(3);
    stage.rolling.set(3 as MemberId, 8);
    await stage.time.advance(ROLLING_EVERY_MS * 6);
    expect(stage.alarms).toHaveLength(1);

    const passing = new Stage(3);
    let asked = 0;
    passing.rolling.get = (id) => (id === 3 && ++asked === 1 ? 8 : 7);
    await passing.time.advance(ROLLING_EVERY_MS * 6);
    expect(asked).toBeGreaterThan(2);
    expect(passing.alarms).toEqual([]);
  });
});
