import { FIRST_GROUP } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { MemoryRows } from "../../test/memory-rows.ts";
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
  ])("to %s is given up to its limit, and refused above it", (_what, query, bytes) => {
    expect(() => reading(query, bytes)).not.toThrow();
    expect(() => reading(query, bytes - 340)).toThrow(AnswerTooLargeError);
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
