import { describe, expect, test } from "vitest";
import { drive, type SortedRows } from "../../test/memory-rows.ts";
import {
  compareNumber,
  del,
  plain,
  put,
  sessionId,
  TestStore,
  txn,
} from "../../test/test-store.ts";
import { encodeBatch, type Operation, type OperationResult } from "../index.ts";

const PART = 3;
const KEYS = Array.from({ length: 12 }, (_, at) => `k${String(at).padStart(2, "0")}`);
const present = compareNumber("k09", "version", "greater", 0n);

/** Deletes, puts and compacts, so that parts end behind its operations 1, 4 and 6. */
const OPERATIONS: readonly Operation[] = [
  put("new", "1", { prevKv: true }),
  del("k00", "k04", true),
  del("missing"),
  { kind: "compact", revision: 5 },
  txn([present], [put("new", "2"), del("k04", "k08")], [put("never")]),
  put("new", "3", { prevKv: true }),
  del("k08", "\0", true),
  put("last", "4"),
  put("x", "", { ignoreValue: true }),
];

interface Applied {
  readonly store: TestStore;
  readonly results: readonly OperationResult[];
  /** The state at each commit point within the entry. */
  readonly parts: readonly SortedRows[];
}

function filled(): TestStore {
  const store = TestStore.opened({ partDeletions: PART });
  store.send(KEYS.map((key) => put(key, `value of ${key}`)));
  return store;
}

function applied(
  store: TestStore,
  operations: readonly Operation[] = OPERATIONS,
  { session = store.session, firstSequence = 1000 } = {},
): Applied {
  const batch = { session, firstSequence, ackedBelow: 0, operations };
  const index = store.machine.applied.index + 1;
  const entry = { index, term: 1, payload: encodeBatch(batch) };
  const parts: SortedRows[] = [];
  const results = drive(store.machine.apply(entry), store.rows.own, (need) => {
    if (need.kind !== "commit") return;
    expect(need.appliedIndex).toBe(index - 1);
    parts.push(store.rows.published.copy());
  });
  return { store, results, parts };
}

function rowsOf(store: TestStore): readonly string[] {
  const rows = store.rows.published.scan({ from: "", to: "\xff\xff", limit: 10_000 });
  return rows.map(({ key, value }) => `${key}=${Buffer.from(value).toString("hex")}`);
}

describe("an entry whose operations delete much", () => {
  test("may become durable in parts, behind an operation each", () => {
    expect(applied(filled()).parts).toHaveLength(3);
  });

  test("is, restarted from any of its parts and applied again, as if nothing had happened", () => {
    const whole = applied(filled());

    for (const part of whole.parts) {
      const again = applied(new TestStore(part, { partDeletions: PART }));

      expect(plain(again.results)).toEqual(plain(whole.results));
      expect(again.store.machine.applied).toEqual(whole.store.machine.applied);
      expect(again.store.machine.revision).toBe(whole.store.machine.revision);
      expect(again.store.machine.compactRevision).toBe(whole.store.machine.compactRevision);
      expect(again.store.machine.rollingHash).toBe(whole.store.machine.rollingHash);
      expect(rowsOf(again.store)).toEqual(rowsOf(whole.store));
    }
  });

  test("is not cut where its session would be known too early", () => {
    const session = sessionId(2);
    const operations = [put("too early"), { kind: "session-open" } as const, del("k", "l")];
    const first = applied(filled(), [...operations, put("in time")], { session });

    expect(first.parts).toHaveLength(0);
    expect(first.results).toMatchObject([
      { failure: { reason: "session-expired" } },
      { kind: "session-open" },
      { deleted: KEYS.length },
      { kind: "put" },
    ]);
  });

  test("is cut where it opens its session first", () => {
    const session = sessionId(2);
    const operations = [{ kind: "session-open" } as const, del("k", "l"), put("new")];
    const whole = applied(filled(), operations, { session });

    const [part] = whole.parts;
    if (part === undefined) throw new Error("it was not cut");
    const again = applied(new TestStore(part, { partDeletions: PART }), operations, { session });

    // The first one is not kept, so it tells of the present.
    expect(plain(again.results.slice(1))).toEqual(plain(whole.results.slice(1)));
    expect(rowsOf(again.store)).toEqual(rowsOf(whole.store));
  });

  test("counts from its own beginning: what entries before it deleted is durable with them", () => {
    const store = filled();
    store.send([del("k00", "k02")]);

    const few = applied(store, [del("k02", "k04"), put("a")], { firstSequence: 1000 });
    const many = applied(store, [del("k04", "k07"), put("b")], { firstSequence: 2000 });

    expect(few.parts).toHaveLength(0);
    expect(many.parts).toHaveLength(1);
  });
});
