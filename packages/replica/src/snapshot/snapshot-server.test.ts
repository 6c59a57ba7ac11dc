import { type MemberId, silentLogger } from "@holdfast/base";
import { DiskFullError, EngineWithBallast, MemoryEngine } from "@holdfast/storage";
import { expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { SnapshotServer } from "./snapshot-server.ts";

const PEER = 2 as MemberId;
const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });

/** An engine that is away: it found no room, was closed, and is not open again yet. */
async function awayEngine(time: ManualTime): Promise<EngineWithBallast> {
  const first = new MemoryEngine();
  first.writeDurably = () => Promise.reject(new DiskFullError("state.1", { cause: full }));
  let times = 0;
  const engine = await EngineWithBallast.open({
    open: () => (times++ === 0 ? Promise.resolve(first) : new Promise(() => undefined)),
    place: "state.1",
    ballast: { release: async () => true },
    freeBytes: async () => undefined,
    clock: time,
    logger: silentLogger,
  });
  engine.writeDurably([]).catch(() => undefined);
  for (let turns = 0; turns < 20 && !engine.isAway; turns++) await time.advance(100);
  return engine;
}

test("while the engine is being opened anew there is no state to be had, and that is all", async () => {
  const time = new ManualTime();
  const engine = await awayEngine(time);
  const opened: unknown[] = [];
  const server = new SnapshotServer({
    clock: time,
    turn: time,
    logger: silentLogger,
    bytesPerSecond: 1_000_000,
    observe: { snapshotsUnderWay: () => undefined, snapshotEnded: () => undefined },
    engine: () => engine,
    notBefore: () => 0,
    nameOf: String,
    opened: (...told) => opened.push(told),
    closed: () => undefined,
  });

  server.wanted({ peer: PEER, epoch: 7 });

  expect(engine.isAway).toBe(true);
  expect(opened).toEqual([[PEER, 7, undefined]]);
});
