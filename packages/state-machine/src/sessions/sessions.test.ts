import { toByteString } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { del, keysOf, plain, put, sessionId, TestStore } from "../../test/test-store.ts";
import { SESSION_WINDOW } from "../index.ts";
import { NODES_SESSIONS_MAX } from "./session-table.ts";

describe("a session", () => {
  test("has an operation applied once, however often it is sent", () => {
    const store = TestStore.opened();
    const operations = [put("a", "1", { prevKv: true }), del("nothing"), put("a", "2")];

    const first = store.send(operations, { firstSequence: 3 });
    const again = store.send(operations, { firstSequence: 3 });
    const regrouped = store.send([put("x"), ...operations, put("y")], { firstSequence: 2 });

    expect(plain(again)).toEqual(plain(first));
    expect(plain(regrouped.slice(1, 4))).toEqual(plain(first));
    expect(keysOf(kvsOf(store, "\0", "\0"))).toEqual(["a", "x", "y"]);
    const afterRestart = store.restarted().send(operations, { firstSequence: 3 });
    expect(plain(afterRestart)).toEqual(plain(first));
  });

  test("is told where an answer too large to keep was applied", () => {
    const store = TestStore.opened();
    store.do(put("a", "v".repeat(2000)));
    const large = [del("a", "", true)];

    const first = store.send(large, { firstSequence: 1 });
    const again = store.send(large, { firstSequence: 1 });

    expect(first).toMatchObject([{ kind: "delete-range", deleted: 1 }]);
    expect(again).toEqual([{ kind: "answer-gone", revision: 3 }]);
  });

  test("loses what it acknowledged, and its rows", () => {
    const store = TestStore.opened();
    store.send([put("a"), put("b")], { firstSequence: 0 });
    const rows = store.rows.published.size;

    const [forgotten, applied] = store.send([put("b"), put("c")], {
      firstSequence: 1,
      ackedBelow: 2,
    });

    expect(forgotten).toMatchObject({ failure: { reason: "sequence-forgotten" } });
    expect(applied).toMatchObject({ kind: "put", revision: 4 });
    // One answers row less, one more; two rows of the key and its block.
    expect(store.rows.published.size).toBe(rows + 3);
  });

  test("keeps the answers of a batch that it acknowledged in part", () => {
    const store = TestStore.opened();
    const first = store.send([put("a"), put("a"), put("a")], { firstSequence: 0 });

    const [again] = store.send([put("a")], { firstSequence: 2, ackedBelow: 2 });
    const [last] = store.restarted().send([put("a")], { firstSequence: 2, ackedBelow: 2 });

    expect([again, last]).toEqual([first[2], first[2]]);
    expect(store.machine.revision).toBe(4);
  });

  test("may run ahead by its window and no further, in any order", () => {
    const store = TestStore.opened();

    const [last] = store.send([put("a")], { firstSequence: SESSION_WINDOW - 1 });
    const [beyond] = store.send([put("a")], { firstSequence: SESSION_WINDOW });
    const [first] = store.send([put("a")], { firstSequence: 0 });

    expect([last?.kind, beyond?.kind, first?.kind]).toEqual(["put", "failed", "put"]);
    expect(store.machine.revision).toBe(3);
  });

  test("that is not known has nothing applied", () => {
    const store = TestStore.opened();

    const results = store.send([put("a")], { session: sessionId(2) });

    expect(results).toMatchObject([{ failure: { reason: "session-expired" } }]);
    expect(store.machine.revision).toBe(1);
  });

  test("expires only while it is idle, and with all its rows", () => {
    const store = TestStore.opened();
    const [idle, busy] = [sessionId(2), sessionId(3)];
    for (const session of [idle, busy]) {
      store.send([{ kind: "session-open" }], { session });
      store.send([put("a")], { session, firstSequence: 0 });
    }
    const { index } = store.machine.applied;
    store.send([put("b")], { session: busy, firstSequence: 1 });
    const named = store.machine.sessionsIdleSince(index);
    const rows = store.rows.published.size;

    const sessions = [...named, { session: toByteString(busy), lastIndex: index }].map((one) => ({
      session: Uint8Array.from(one.session, (character) => character.charCodeAt(0)),
      idleSince: one.lastIndex,
    }));
    store.send([{ kind: "session-expire", sessions }]);

    expect(named.map(({ session }) => session)).toEqual([store.session, idle].map(toByteString));
    expect(store.machine.hasSession(toByteString(idle))).toBe(false);
    expect(store.machine.hasSession(toByteString(busy))).toBe(true);
    expect(store.machine.hasSession(toByteString(store.session))).toBe(true);
    // Head and answers of the idle one are gone, the answer to the expiry has come.
    expect(store.rows.published.size).toBe(rows - 1);
    expect(store.restarted().machine.sessions).toBe(2);
  });

  test("that has ended does not come back by an opening that was asked for while it was there", () => {
    const store = TestStore.opened();
    const session = sessionId(7);
    const opening = { kind: "session-open", behind: store.machine.applied.index } as const;
    store.send([opening], { session, firstSequence: 1 });
    store.send([put("a", "1")], { session, firstSequence: 2, ackedBelow: 2 });
    const idleSince = store.machine.applied.index;
    store.send([{ kind: "session-expire", sessions: [{ session, idleSince }] }]);
    const { revision } = store.machine;

    // Sent twice, by way of another node, and late.
    const [opened] = store.send([opening], { session, firstSequence: 1 });
    const [again] = store.send([put("a", "1")], { session, firstSequence: 2, ackedBelow: 2 });
    const [later] = store.restarted().send([opening], { session, firstSequence: 1 });
    const behind = store.machine.applied.index;
    const [other] = store.send([{ kind: "session-open", behind }], { session: sessionId(8) });

    expect(opened).toMatchObject({ failure: { reason: "session-expired" } });
    expect(again).toMatchObject({ failure: { reason: "session-expired" } });
    expect(later).toMatchObject({ failure: { reason: "session-expired" } });
    expect(store.machine.revision).toBe(revision);
    expect(other).toMatchObject({ kind: "session-open" });
  });

  test("is refused where there is no room", () => {
    const store = new TestStore();
    for (let at = 0; at < 100_000; at++) {
      const session = new Uint8Array(16);
      new DataView(session.buffer).setUint32(0, at);
      store.send([{ kind: "session-open" }], { session, firstSequence: 1 });
    }

    const open = [{ kind: "session-open" }] as const;
    const [refused] = store.send(open, { session: sessionId(255), firstSequence: 1 });
    const [known] = store.send(open, { session: new Uint8Array(16), firstSequence: 1 });

    expect(refused).toMatchObject({ failure: { reason: "too-many-sessions" } });
    expect(known).toMatchObject({ kind: "session-open" });
    expect(store.restarted().machine.sessions).toBe(100_000);
    // A node can still do what its own callers ask for, and end sessions.
    for (let at = 0; at < NODES_SESSIONS_MAX; at++) {
      const session = new Uint8Array(16).fill(255);
      new DataView(session.buffer).setUint32(0, at);
      expect(store.send(open, { session, firstSequence: 0 })).toMatchObject([
        { kind: "session-open" },
      ]);
    }
    const [beyond] = store.send(open, { session: sessionId(254), firstSequence: 0 });
    expect(beyond).toMatchObject({ failure: { reason: "too-many-sessions" } });
  });
});

function kvsOf(store: TestStore, from: string, to: string) {
  const answer = store.range({ from, to });
  if ("kind" in answer) throw new Error(answer.message);
  return answer.kvs;
}
