import { describe, expect, test } from "vitest";
import { del, put, range, TestStore, txn } from "../../test/test-store.ts";
import type { AlarmKind, AlarmOperation, Operation } from "../index.ts";
import { ALARMS_MAX, LEADERS_ALARMS_MAX } from "./alarm-table.ts";

function alarm(action: AlarmOperation["action"], kind: AlarmKind, member = 1n): AlarmOperation {
  return { kind: "alarm", action, alarm: { member, kind } };
}

/** A store with a key, a lease and an alarm. */
function alarmed(...kinds: readonly AlarmKind[]): TestStore {
  const store = TestStore.opened();
  store.do(put("key", "value"));
  store.do({ kind: "lease-grant", id: 7n, ttlSeconds: 60 });
  for (const kind of kinds) store.do(alarm("activate", kind));
  return store;
}

const WITH_PUT = txn([], [range({ from: "a" })], [txn([], [], [put("deep")])]);
const cases: readonly (readonly [string, Operation, string, string])[] = [
  ["a put", put("a"), "no-space", "corrupt"],
  ["a transaction that may put, in whichever branch", WITH_PUT, "no-space", "corrupt"],
  ["a grant", { kind: "lease-grant", id: 8n, ttlSeconds: 60 }, "no-space", "corrupt"],
  ["a deletion", del("key"), "delete-range", "corrupt"],
  ["a transaction that only deletes", txn([], [del("key")]), "txn", "corrupt"],
  ["a compaction", { kind: "compact", revision: 2 }, "compact", "corrupt"],
  ["a revoke", { kind: "lease-revoke", id: 7n, expiry: undefined }, "lease-revoke", "corrupt"],
  ["a renewal", { kind: "lease-renew", ids: [7n] }, "lease-renew", "lease-renew"],
  [
    "the end of a session",
    { kind: "session-expire", sessions: [] },
    "session-expire",
    "session-expire",
  ],
];

function outcome(store: TestStore, operation: Operation): string {
  const result = store.do(operation);
  return result.kind === "failed" ? result.failure.reason : result.kind;
}

describe("while an alarm stands", () => {
  test.each(cases)("%s", (_, operation, full, corrupt) => {
    expect(outcome(alarmed("nospace"), operation)).toBe(full);
    expect(outcome(alarmed("corrupt"), operation)).toBe(corrupt);
    expect(outcome(alarmed("nospace", "corrupt"), operation)).toBe(corrupt);
  });

  test("it counts from its own place in an entry, and survives a restart until it is ended", () => {
    const store = alarmed();

    const results = store.send([put("before"), alarm("activate", "nospace", 2n), put("behind")]);
    const again = store.restarted();

    expect(results.map(({ kind }) => kind)).toEqual(["put", "alarm", "failed"]);
    expect(again.machine.alarms.all()).toEqual([{ member: 2n, kind: "nospace" }]);
    expect(again.machine.alarms.all()).toEqual(store.machine.alarms.all());
    expect(store.do(alarm("deactivate", "nospace", 1n))).toMatchObject({ found: false });
    expect(store.do(alarm("deactivate", "nospace", 2n))).toMatchObject({ found: true });
    expect(outcome(store, put("again"))).toBe("put");
    expect(store.restarted().machine.alarms.count).toBe(0);
  });
});

test("what a leader raised by itself it ends by itself, and only that", () => {
  const store = alarmed("corrupt");
  store.do(alarm("raise", "nospace"));
  store.do(alarm("activate", "nospace", 2n));
  store.do(alarm("raise", "nospace", 2n));

  const again = store.restarted();

  expect(again.machine.alarms.automatic()).toMatchObject([{ member: 1n, kind: "nospace" }]);
  expect(store.do(alarm("clear", "nospace", 2n))).toMatchObject({ found: false });
  expect(store.do(alarm("clear", "corrupt"))).toMatchObject({ found: false });
  expect(store.do(alarm("clear", "nospace"))).toMatchObject({ found: true });
  expect(store.machine.alarms.all()).toEqual([
    { member: 1n, kind: "corrupt" },
    { member: 2n, kind: "nospace" },
  ]);
});

test("a client that asks for an alarm that a leader raised keeps it, as it would have without the leader", () => {
  const store = alarmed();
  store.do(alarm("raise", "nospace"));
  expect(store.do(alarm("activate", "nospace"))).toMatchObject({ found: true });

  const again = store.restarted();

  expect(again.machine.alarms.automatic()).toEqual([]);
  expect(store.do(alarm("clear", "nospace"))).toMatchObject({ found: false });
  expect(store.do(alarm("deactivate", "nospace"))).toMatchObject({ found: true });
});

test("a member that a leader names stops, though a client had named it before or does so after", () => {
  const store = alarmed("corrupt");
  expect(store.machine.alarms.automatic()).toEqual([]);
  const named = [{ member: 1n, kind: "corrupt" }];

  store.do(alarm("raise", "corrupt"));
  expect(store.machine.alarms.automatic()).toMatchObject(named);
  store.do(alarm("activate", "corrupt"));

  expect(store.machine.alarms.automatic()).toMatchObject(named);
  expect(store.restarted().machine.alarms.automatic()).toMatchObject(named);
  expect(store.machine.alarms.count).toBe(1);
});

test("as many alarms as there is room for are raised, and those of leaders all the same", () => {
  const store = alarmed();
  for (let member = 0; member < ALARMS_MAX; member++) {
    store.do(alarm("activate", "nospace", BigInt(member)));
  }

  expect(outcome(store, alarm("activate", "corrupt", 5n))).toBe("too-many-alarms");
  expect(outcome(store, alarm("activate", "nospace", 5n))).toBe("alarm");
  for (let member = 0; member < LEADERS_ALARMS_MAX; member++) {
    expect(outcome(store, alarm("raise", "corrupt", BigInt(member)))).toBe("alarm");
  }
  expect(outcome(store, alarm("raise", "corrupt", 500n))).toBe("too-many-alarms");
  expect(store.restarted().machine.alarms.count).toBe(ALARMS_MAX + LEADERS_ALARMS_MAX);
});
