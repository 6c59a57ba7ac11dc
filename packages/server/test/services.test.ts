import { Headers, HealthService, KvService, ReplicaCalls } from "@holdfast/service";
import { DEFAULT_OPERATION_LIMITS, pointQuery } from "@holdfast/state-machine";
import { expect, test } from "vitest";
import { SystemClock } from "../src/adapters/system-clock.ts";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { bytes } from "./open-edge.ts";
import { SingleReplica } from "./single-replica.ts";

const clock = new SystemClock();
const turn = new SystemTurn();
const ANY = { timeoutMs: Number.POSITIVE_INFINITY, requireLeader: false };

test("all headers of one turn take one look at the replica, those of the next another", async () => {
  const replica = new SingleReplica();
  const headers = new Headers({ replica, turn });

  const first = headers.at(5);
  headers.at(6);
  const looks = replica.counts.statuses;
  await turn.next();
  headers.at(7);

  expect(first).toMatchObject({ revision: 5, term: 2 });
  expect(looks).toBe(1);
  expect(replica.counts.statuses).toBe(2);
});

test("a call ends with its caller's patience or the server's limit, whichever is first", () => {
  const calls = new ReplicaCalls({ clock, replica: new SingleReplica() });
  const before = clock.now();

  const short = calls.deadline(100) - before;
  const long = calls.deadline(60_000) - before;

  expect(short).toBeGreaterThanOrEqual(100);
  expect(short).toBeLessThan(1000);
  expect(long).toBeGreaterThanOrEqual(7000);
  expect(long).toBeLessThan(8000);
});

test("what no state can serve is refused in the same turn and proposes nothing", () => {
  const replica = new SingleReplica();
  const calls = new ReplicaCalls({ clock, replica });
  const { layout } = replica;
  const kv = new KvService({ replica, calls, layout, limits: DEFAULT_OPERATION_LIMITS });
  const before = { ...replica.counts };

  const range = kv.range(pointQuery(bytes("")), { ...ANY, serializable: false });
  const txn = kv.txn(
    {
      kind: "txn",
      compares: [],
      success: [{ kind: "range", query: pointQuery(bytes("")) }],
      failure: [],
    },
    { ...ANY, serializable: false },
  );

  expect(range).toMatchObject({ kind: "refusal", reason: "key-not-provided" });
  expect(txn).toMatchObject({ kind: "refusal", reason: "key-not-provided" });
  expect(replica.counts.entries).toBe(before.entries);
  expect(replica.counts.reads).toBe(before.reads);
});

test("a serializable read is healthy without a leader, a linearizable one is not", async () => {
  const replica = new SingleReplica();
  const health = new HealthService({ replica, calls: new ReplicaCalls({ clock, replica }) });
  replica.loseLeader();

  expect(await health.reads({ linearizable: false })).toBeUndefined();
  expect(await health.reads({ linearizable: true })).toBe("RANGE ERROR: no leader is known");
  expect(health.hasLeader()).toBe("RAFT NO LEADER");
  expect(health.runs()).toBeUndefined();
});
