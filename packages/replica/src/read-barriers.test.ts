import { expect, test } from "vitest";
import { ManualTime } from "../test/manual-time.ts";
import { ReadBarriers } from "./read-barriers.ts";

function stage({ leader = true, applied = 0, pendingMax = 100 } = {}) {
  const time = new ManualTime();
  const asked: number[] = [];
  const state = { leader, applied };
  const barriers = new ReadBarriers({
    clock: time,
    turn: time,
    pendingMax,
    sweepMs: 100,
    ask: (token) => asked.push(token),
    hasLeader: () => state.leader,
    applied: () => state.applied,
  });
  return { time, asked, state, barriers };
}

test("all reads of one turn share one question", async () => {
  const { time, asked, barriers } = stage();
  const reads = [1, 2, 3].map(() => barriers.wait({ deadline: 1000 }));
  await time.turn();
  expect(asked).toEqual([1]);

  barriers.ready(1, 0);

  await expect(Promise.all(reads)).resolves.toHaveLength(3);
});

test("a read waits until its index is applied here", async () => {
  const { time, state, barriers } = stage({ applied: 4 });
  let done = false;
  const read = barriers.wait({ deadline: 1000 }).then(() => {
    done = true;
  });
  await time.turn();
  barriers.ready(1, 6);
  barriers.appliedTo(5);
  await time.turn();
  expect(done).toBe(false);

  state.applied = 6;
  barriers.appliedTo(6);
  await read;
});

test("a question that failed is asked again under another token", async () => {
  const { time, asked, barriers } = stage();
  const read = barriers.wait({ deadline: 5000 });
  await time.turn();
  barriers.failed(1);
  await time.advance(200);
  expect(asked).toEqual([1, 2]);

  barriers.ready(1, 0);
  barriers.ready(2, 0);
  await read;
});

test("without a leader a read waits, is asked when one is known, and ends at its deadline", async () => {
  const { time, asked, state, barriers } = stage({ leader: false });
  const lost = barriers.wait({ deadline: 300 }).catch((failure: unknown) => failure);
  const kept = barriers.wait({ deadline: 5000 });
  await time.advance(500);
  expect(await lost).toMatchObject({ code: "REQUEST_TIMED_OUT", outcome: "not-applied" });
  expect(asked).toEqual([]);

  state.leader = true;
  barriers.leaderKnown();
  await time.turn();
  barriers.ready(1, 0);
  await kept;
});

test("a read whose index is never applied still ends at its deadline", async () => {
  const { time, barriers } = stage();
  const read = barriers.wait({ deadline: 300 }).catch((failure: unknown) => failure);
  await time.turn();
  barriers.ready(1, 99);

  await time.advance(1000);

  expect(await read).toMatchObject({ code: "REQUEST_TIMED_OUT" });
});

test("reads beyond the bound are refused, and an aborted one makes room", async () => {
  const { time, barriers } = stage({ pendingMax: 1 });
  const abort = new AbortController();
  const first = barriers.wait({ deadline: 1000, signal: abort.signal }).catch((failure) => failure);
  await expect(barriers.wait({ deadline: 1000 })).rejects.toMatchObject({ code: "OVERLOADED" });

  abort.abort();
  expect(await first).toMatchObject({ code: "ABORTED", outcome: "not-applied" });

  const second = barriers.wait({ deadline: 1000 });
  await time.turn();
  barriers.ready(1, 0);
  await second;
});

test("who requires a leader is refused at once without one", async () => {
  const { barriers } = stage({ leader: false });

  await expect(barriers.wait({ deadline: 1000, requireLeader: true })).rejects.toMatchObject({
    code: "NO_LEADER",
  });
});
