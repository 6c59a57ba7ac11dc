import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type CommandBatch,
  decodeBatch,
  decodeBatchHeader,
  type Operation,
} from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { APPLIED, OTHER, put, SELF, stage } from "../../test/proposal-stage.ts";
import type { ReplicaCall } from "../replica-api.ts";
import { NodeSession } from "./node-session.ts";

function openingIn(log: readonly { readonly bytes: Uint8Array }[]): CommandBatch {
  const [opening] = log;
  if (opening === undefined || log.length > 1) throw new Error(`${log.length} batches are there`);
  return decodeBatch(opening.bytes);
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

function keysOf(bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return [];
  return decodeBatch(bytes).operations.map((operation) =>
    operation.kind === "put" ? String.fromCharCode(...operation.key) : operation.kind,
  );
}

describe("the session of a node", () => {
  test("is opened once, then one turn's operations are one batch", async () => {
    const { time, log, session, apply, opened } = stage();
    await opened();
    const all = ["a", "b", "c"].map((key) => session.propose(put(key), { deadline: 5_000 }));
    await time.turn();
    expect(log.map(({ bytes }) => keysOf(bytes))).toEqual([["a", "b", "c"]]);

    await apply();

    await expect(Promise.all(all)).resolves.toHaveLength(3);
  });

  test("puts nothing into a batch without a leader, so that 'not applied' is certain", async () => {
    const { time, state, log, session, opened } = stage();
    await opened();
    state.leader = undefined;
    const short = session.propose(put("short"), { deadline: time.now() + 1_000 }).catch((e) => e);
    session.propose(put("long"), { deadline: time.now() + 10_000 }).catch(() => undefined);
    const abort = new AbortController();
    const given = session
      .propose(put("given up"), { deadline: time.now() + 10_000, signal: abort.signal })
      .catch((e) => e);
    await time.advance(1_500);
    abort.abort();
    expect(await short).toMatchObject({ code: "REQUEST_TIMED_OUT", outcome: "not-applied" });
    expect(await given).toMatchObject({ code: "ABORTED", outcome: "not-applied" });

    state.leader = SELF;
    session.leaderKnown();
    await time.turn();

    expect(log.map(({ bytes }) => keysOf(bytes))).toEqual([["long"]]);
  });

  test("keeps nothing of who gave up while there is no leader", async () => {
    const { time, state, session } = stage();
    state.leader = undefined;
    const gone: WeakRef<Operation>[] = [];
    const asked = (call: ReplicaCall): void => {
      const operation = put("gone");
      gone.push(new WeakRef(operation));
      session.propose(operation, call).catch(() => undefined);
    };
    for (let round = 0; round < 3; round++) {
      asked({ deadline: time.now() + 500 });
      await time.advance(1000);
      const leaves = new AbortController();
      asked({ deadline: time.now() + 5_000, signal: leaves.signal });
      leaves.abort();
    }
    await time.turn();
    await new Promise(setImmediate);
    collectGarbage();
    expect(gone.filter((operation) => operation.deref() !== undefined)).toEqual([]);
    expect(session, "lives on").toBeInstanceOf(NodeSession);
  });

  test("that ended for idleness costs nobody a write: the next session takes it", async () => {
    const { time, log, session, apply, opened } = stage();
    await opened();
    const write = session.propose(put("a"), { deadline: 60_000 });
    await time.turn();

    await apply("session-expired");
    expect(log.map(({ bytes }) => keysOf(bytes))).toEqual([["session-open"]]);
    await apply();
    await apply();

    await expect(write).resolves.toMatchObject({ kind: "put" });
  });

  test("that was asked for too late is followed by another one, which says how far this node is", async () => {
    const { time, log, session, apply } = stage();
    const write = session.propose(put("a"), { deadline: 60_000 });
    await time.turn();
    const first = openingIn(log);

    await apply("session-expired", { openings: false });

    const second = openingIn(log);
    expect(second.operations).toEqual([{ kind: "session-open", behind: APPLIED }]);
    expect(second.session).not.toEqual(first.session);
    await apply();
    await apply();
    await expect(write).resolves.toMatchObject({ kind: "put" });
  });

  test("that ended tells 'unknown' where an earlier copy may have been applied", async () => {
    const { time, state, proposer, session, apply, opened } = stage();
    await opened();
    const write = session.propose(put("a"), { deadline: 60_000 }).catch((e) => e);
    await time.turn();
    state.term = 2;
    proposer.sendAgain();

    await apply("session-expired");

    expect(await write).toMatchObject({ outcome: "unknown" });
  });

  test("is not asked for again at once of a leader that has too much", async () => {
    const { time, state, forwarded, proposer, session } = stage();
    state.leader = OTHER;
    session.propose(put("a"), { deadline: 10_000 }).catch(() => undefined);
    let openings = 0;
    const refuse = async (): Promise<void> => {
      await time.turn();
      for (const bytes of forwarded.splice(0)) {
        openings++;
        const opening = decodeBatch(bytes);
        proposer.forwardRefused(opening.session, opening.firstSequence, "overloaded");
      }
    };

    for (let turn = 0; turn < 100; turn++) await refuse();
    expect(openings).toBe(1);

    for (let ms = 0; ms < 1_000; ms++) {
      await time.advance(1);
      await refuse();
    }
    expect(openings).toBe(11);
  });

  test("still watches deadlines after everybody was refused once", async () => {
    const { time, session, opened } = stage();
    await opened();
    session.failAll({ name: "x" } as never);

    const write = session.propose(put("a"), { deadline: time.now() + 500 }).catch((e) => e);
    await time.advance(1_000);

    expect(await write).toMatchObject({ code: "REQUEST_TIMED_OUT", outcome: "unknown" });
  });

  test("refuses what is too large, too much, or too far ahead of applying", async () => {
    const { state, session } = stage();
    const large = { ...put("k"), value: new Uint8Array(20_000) } as Operation;
    await expect(session.propose(large, { deadline: 1 })).rejects.toMatchObject({
      code: "REQUEST_TOO_LARGE",
    });
    state.behind = true;
    await expect(session.propose(put("a"), { deadline: 1 })).rejects.toMatchObject({
      code: "OVERLOADED",
      outcome: "not-applied",
    });
  });
});

describe("a batch without an answer", () => {
  test("is not proposed again while it stands in the own log", async () => {
    const { time, log, proposer, session, opened } = stage();
    await opened();
    session.propose(put("a"), { deadline: time.now() + 60_000 }).catch(() => undefined);
    await time.turn();
    for (const { token } of log) proposer.accepted(token);

    await time.advance(30_000);

    expect(log).toHaveLength(1);
  });

  test("is sent to the next leader at once, and to a silent one ever more rarely", async () => {
    const { time, state, forwarded, proposer, session, opened } = stage();
    await opened();
    state.leader = OTHER;
    session.propose(put("a"), { deadline: time.now() + 60_000 }).catch(() => undefined);
    await time.advance(15_500);
    expect(forwarded.length).toBeGreaterThan(2);
    expect(forwarded.length).toBeLessThan(7);

    const before = forwarded.length;
    proposer.sendAgain();
    expect(forwarded).toHaveLength(before + 1);
  });

  test("that its client sends again leaves the first copy's caller with 'unknown'", async () => {
    const { time, log, proposer } = stage();
    const failures: unknown[] = [];
    const batch = () => ({
      session: "s",
      firstSequence: 5,
      count: 1,
      bytes: new Uint8Array(3),
      deadline: 60_000,
      timesSent: 0,
      timesRefused: 0,
      sentAt: time.now(),
      acceptedInTerm: undefined,
      settle: () => undefined,
      fail: (failure: unknown) => failures.push(failure),
    });
    proposer.add(batch());
    proposer.add(batch());
    expect(failures).toMatchObject([{ outcome: "unknown" }]);

    // The refusal of one copy says nothing of the other; that of both is certain.
    const [first = 0, second = 0] = log.map(({ token }) => token);
    proposer.refused(first, "busy");
    expect(failures).toHaveLength(1);
    proposer.refused(second, "busy");
    expect(failures[1]).toMatchObject({ code: "OVERLOADED", outcome: "not-applied" });
  });
});

describe("a leader whose disk is nearly full", () => {
  test("refuses at once, with certainty, and takes writes again when there is room", async () => {
    const { time, state, session, log, opened, apply } = stage();
    await opened();
    state.intake = "refused";
    await expect(session.propose(put("a"), { deadline: 60_000 })).rejects.toMatchObject({
      code: "NO_SPACE",
      outcome: "not-applied",
      retryable: false,
      message: "data/n1 is nearly full",
    });
    expect(log).toEqual([]);

    state.intake = "open";
    const write = session.propose(put("a"), { deadline: 60_000 });
    await time.turn();
    await apply();

    await expect(write).resolves.toMatchObject({ kind: "put" });
  });

  test("keeps what it was asked for while it hands over, and the next leader gets it", async () => {
    const { time, state, session, proposer, log, forwarded, opened } = stage();
    await opened();
    state.intake = "moving";
    session.propose(put("a"), { deadline: 60_000 }).catch(() => undefined);
    await time.turn();
    expect([log.length, forwarded.length]).toEqual([0, 0]);

    state.leader = OTHER;
    proposer.sendAgain();

    expect(forwarded.map((bytes) => keysOf(bytes))).toEqual([["a"]]);
  });

  test("tells so to those who waited for a hand-over in vain", async () => {
    const { time, state, session, opened } = stage();
    await opened();
    state.intake = "moving";
    const write = session.propose(put("a"), { deadline: 60_000 }).catch((failure) => failure);
    await time.turn();

    state.intake = "refused";
    await time.advance(1_200);

    expect(await write).toMatchObject({ code: "NO_SPACE", outcome: "not-applied" });
  });

  test("refuses what another node forwards, and that node tells its callers", async () => {
    const { time, state, session, proposer, forwarded, opened } = stage();
    await opened();
    state.leader = OTHER;
    const write = session.propose(put("a"), { deadline: 60_000 }).catch((failure) => failure);
    await time.turn();
    const { session: id, firstSequence } = decodeBatchHeader(forwarded[0] ?? new Uint8Array()) ?? {
      session: new Uint8Array(),
      firstSequence: 0,
    };

    proposer.forwardRefused(id, firstSequence, "no-space");

    expect(await write).toMatchObject({ code: "NO_SPACE", outcome: "not-applied" });
  });

  test("fails those who wait for the node's session instead of opening it for ever", async () => {
    const { time, state, session, proposer, forwarded } = stage();
    state.leader = OTHER;
    const write = session.propose(put("a"), { deadline: 60_000 }).catch((failure) => failure);
    await time.turn();
    const opening = decodeBatchHeader(forwarded[0] ?? new Uint8Array());
    if (opening === undefined) throw new Error("nothing was forwarded");

    proposer.forwardRefused(opening.session, opening.firstSequence, "no-space");
    await time.advance(5_000);

    expect(await write).toMatchObject({ code: "NO_SPACE" });
    expect(forwarded).toHaveLength(1);
  });
});
