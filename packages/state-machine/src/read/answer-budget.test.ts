import { FIRST_GROUP, type Steps } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { drive, MemoryRows } from "../../test/memory-rows.ts";
import { del, put, queryOf, range, sessionId, TestStore, txn } from "../../test/test-store.ts";
import {
  AnswerBudget,
  AnswerTooLargeError,
  encodeBatch,
  type Operation,
  type RangeQuery,
  rangeSteps,
  StateMachine,
} from "../index.ts";

const KEYS = 3_000;
const store = TestStore.opened();
for (let n = 0; n < KEYS; n++) store.do(put(`key${String(n).padStart(4, "0")}`, "v".repeat(300)));

/** Reads, and counts the rows that were asked for. */
function reading(query: Partial<RangeQuery>, bytesMax: number) {
  const steps = rangeSteps(
    queryOf({ from: "\0", to: "\0", ...query }),
    store.machine.point,
    store.machine.layout,
    new AnswerBudget(bytesMax),
  );
  return store.rows.read(steps);
}

/** All keys, all values, and 32 for each pair. */
const WHOLE = KEYS * (32 + 7 + 300);

describe("an answer", () => {
  test.each<[string, Partial<RangeQuery>, number]>([
    ["a range", {}, WHOLE],
    ["a range in the past", { revision: KEYS }, WHOLE - (32 + 7 + 300)],
    ["a range without values", { keysOnly: true }, KEYS * (32 + 7)],
    ["a range ordered by value", { sortTarget: "value", sortOrder: "descend" }, WHOLE],
    ["a range with a limit", { limit: 10 }, 11 * (32 + 7 + 300)],
    ["the newest few of a range", { sortTarget: "mod", sortOrder: "descend", limit: 5 }, 5 * 339],
    [
      "the newest few in the past",
      { sortTarget: "mod", sortOrder: "descend", limit: 5, revision: KEYS },
      5 * 339,
    ],
    [
      "the last few keys in the past",
      { sortOrder: "descend", limit: 5, revision: KEYS },
      5 * 339 + 39,
    ],
    [
      "the last keys in the past, without values",
      { sortOrder: "descend", limit: 100, revision: KEYS, keysOnly: true },
      101 * 39,
    ],
    [
      "what was changed lately, in the past",
      { minModRevision: KEYS - 9, revision: KEYS },
      10 * 339,
    ],
    [
      "a few by value",
      { sortTarget: "value", sortOrder: "descend", limit: 5 },
      KEYS * 300 + 5 * 339,
    ],
    [
      "a few by value, in the past",
      { sortTarget: "value", sortOrder: "descend", limit: 5, revision: KEYS },
      (KEYS - 1) * 300 + 5 * 339,
    ],
  ])("to %s is given up to its limit, and refused above it", (_what, query, bytes) => {
    expect(() => reading(query, bytes)).not.toThrow();
    expect(() => reading(query, bytes - 340)).toThrow(AnswerTooLargeError);
  });

  test("of the last few keys in the past holds those, in whatever page of the walk they are", () => {
    const found = reading({ sortOrder: "descend", limit: 3, revision: KEYS }, WHOLE);

    const keys = "kvs" in found ? found.kvs.map(({ key }) => Buffer.from(key).toString()) : [];
    expect(keys).toEqual(["key2998", "key2997", "key2996"]);
  });

  test("that only counts weighs nothing", () => {
    expect(reading({ countOnly: true }, 0)).toMatchObject({ count: KEYS });
  });

  test("that is too large is given up after the first page", () => {
    let scans = 0;
    const counted = TestStore.opened();
    const steps = rangeSteps(
      queryOf({ from: "\0", to: "\0" }),
      store.machine.point,
      store.machine.layout,
      new AnswerBudget(1000),
    );
    let step = steps.next();
    try {
      while (step.done !== true) {
        const need = step.value;
        if (need.kind === "scan") scans += 1;
        step = steps.next(
          need.kind === "scan"
            ? store.rows.published.scan(need.scan)
            : counted.rows.published.all(),
        );
      }
    } catch (failure) {
      expect(failure).toBeInstanceOf(AnswerTooLargeError);
    }

    expect(scans).toBe(1);
  });
});

describe("of values that are larger than their answer may be", () => {
  const COUNT = 300;
  const VALUE_BYTES = 100_000;
  const large = TestStore.opened();
  for (let n = 0; n < COUNT; n++) {
    large.do(put(`k${String(n).padStart(3, "0")}`, "v".repeat(VALUE_BYTES)));
  }
  const { layout, point } = large.machine;
  /** What is read before it shows, and blocks that are read together. */
  const READ_BYTES_MAX = 1_000_000 + 9 * 400_000;

  /** Drives steps and weighs the blocks that they ask for; 30 MB in all. */
  function blockBytes(steps: Steps<unknown>): number {
    const rows = large.rows.published;
    let bytes = 0;
    drive(steps, rows.copy(), (need) => {
      const keys = need.kind === "rows" ? need.keys : [];
      const blocks = keys.filter((key) => key.startsWith(layout.blockPrefix));
      for (const block of blocks) bytes += rows.get(block)?.length ?? 0;
    });
    return bytes;
  }

  test.each<[string, Partial<RangeQuery>]>([
    ["all of them", {}],
    ["all of them in the past", { revision: COUNT }],
    ["those of a time", { minModRevision: 2 }],
    ["those of a time in the past", { minModRevision: 2, revision: COUNT }],
    ["the newest ones", { sortTarget: "mod", sortOrder: "descend", limit: 250 }],
    ["all in the order of their values", { sortTarget: "value" }],
  ])("%s are not loaded beyond that", (_what, query) => {
    const budget = new AnswerBudget(1_000_000);
    const all = queryOf({ from: "\0", to: "\0", ...query });
    let failure: unknown;
    const bytes = blockBytes(
      (function* () {
        try {
          return yield* rangeSteps(all, point, layout, budget);
        } catch (thrown) {
          failure = thrown;
          return undefined;
        }
      })(),
    );

    expect(failure).toBeInstanceOf(AnswerTooLargeError);
    // One walk by their bounds reads all blocks, eight at a time, and keeps none of their values.
    const walks = query.minModRevision !== undefined && query.revision !== undefined ? 1 : 0;
    expect(bytes).toBeLessThan(READ_BYTES_MAX + walks * (COUNT + 4) * VALUE_BYTES);
  });

  test.each<[string, Partial<RangeQuery>]>([
    ["the first key", { limit: 1 }],
    ["the last key", { limit: 1, sortOrder: "descend" }],
    ["the newest key", { limit: 1, sortTarget: "mod", sortOrder: "descend" }],
    ["the last key of a time", { limit: 1, sortOrder: "descend", maxModRevision: 100 }],
  ])("%s of the past is answered", (_what, query) => {
    const budget = new AnswerBudget(2 * VALUE_BYTES + 1000);
    const all = queryOf({ from: "\0", to: "\0", revision: COUNT, ...query });

    const found = large.rows.read(rangeSteps(all, point, layout, budget));

    expect(found).toMatchObject({ more: true, count: COUNT - 1, kvs: [{ version: 1 }] });
    expect("kvs" in found && found.kvs[0]?.value.length).toBe(VALUE_BYTES);
  });

  test("the last one of the past is read alone", () => {
    const last = queryOf({ from: "\0", to: "\0", revision: COUNT, limit: 1, sortOrder: "descend" });

    const bytes = blockBytes(rangeSteps(last, point, layout, new AnswerBudget(WHOLE)));

    // With the one before it, by which it is known that there are more; each once for its place, once for its value.
    expect(bytes).toBeLessThan(6 * VALUE_BYTES);
  });

  test.each<[string, Operation]>([
    ["a deletion", del("k", "l", true)],
    [
      "a transaction of puts",
      txn(
        [],
        Array.from({ length: 100 }, (_, n) => put(`k${100 + n}`, "", { prevKv: true })),
      ),
    ],
  ])("%s that asks for them loads no more than it may tell", (_what, operation) => {
    const writer = new MemoryRows(large.rows.published);
    const machine = new StateMachine({ group: FIRST_GROUP, writer, answerBytesMax: 1_000_000 });
    writer.drive(machine.open());
    const batch = { session: large.session, firstSequence: 5000, ackedBelow: 0 };
    const payload = encodeBatch({ ...batch, operations: [operation] });

    const bytes = blockBytes(machine.apply({ index: COUNT + 2, term: 1, payload }));

    expect(machine.revision).toBe(COUNT + 2);
    expect(bytes).toBeLessThan(READ_BYTES_MAX);
  });
});

describe("a write whose answer is too large", () => {
  const written = (answerBytesMax: number, operation: Operation) => {
    const rows = new MemoryRows();
    const machine = new StateMachine({ group: FIRST_GROUP, writer: rows, answerBytesMax });
    rows.drive(machine.open());
    const operations: Operation[] = [1, 2, 3, 4].map((n) => put(`k${n}`, "v".repeat(600)));
    const send = (firstSequence: number, list: readonly Operation[]) => {
      const batch = { session: sessionId(1), firstSequence, ackedBelow: 0, operations: list };
      const payload = encodeBatch(batch);
      return rows.drive(machine.apply({ index: machine.applied.index + 1, term: 1, payload }));
    };
    send(0, [{ kind: "session-open" }]);
    send(1, operations);
    const [result] = send(5, [operation]);
    return { result, rows: rows.published.all(), next: send(6, [put("z")])[0] };
  };

  test.each<[string, Operation]>([
    ["a deletion that asks for what it deletes", del("k", "l", true)],
    [
      "a transaction that reads much",
      txn([], [range({ from: "k", to: "l" }), put("y"), del("k1")]),
    ],
  ])("%s takes effect, and says so", (_what, operation) => {
    const whole = written(1 << 20, operation);
    const limited = written(1_100, operation);

    expect(limited.result).toEqual({ kind: "answer-gone", revision: 6 });
    expect(whole.result).toMatchObject({ revision: 6, kind: operation.kind });
    expect(limited.next).toMatchObject({ kind: "put", revision: 7 });
    expect(limited.rows).toEqual(whole.rows);
  });
});

test.each([
  ["with their keys", 256],
  ["in blocks", 0],
])("what a deletion tells weighs the same with values that stand %s", (_where, inlineBytesMax) => {
  const kindOf = (answerBytesMax: number): string => {
    const one = TestStore.opened({ answerBytesMax, inlineBytesMax });
    for (let n = 100; n < 200; n++) one.do(put(`k${n}`, "v".repeat(10)));
    return one.do(del("k", "l", true)).kind;
  };
  const bytes = 100 * (32 + 4 + 10);

  expect([kindOf(bytes), kindOf(bytes - 1)]).toEqual(["delete-range", "answer-gone"]);
});
