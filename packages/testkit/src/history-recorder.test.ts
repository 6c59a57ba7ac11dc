import { HoldfastError, type Outcome } from "@holdfast/base";
import { expect, test } from "vitest";
import { expectLinearizable } from "./expect-linearizable.ts";
import { HistoryRecorder } from "./history-recorder.ts";

class CallFailure extends HoldfastError {
  readonly code = "UNAVAILABLE";
  readonly retryable = true;
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super("the call failed");
    this.outcome = outcome;
  }
}

const put = { client: "a", input: { kind: "put", key: "k", value: "1" } } as const;
const get = { client: "b", input: { kind: "get", key: "k" } } as const;

async function failing(asked: typeof put | typeof get, failure: unknown) {
  const recorder = new HistoryRecorder();
  const call = () => Promise.reject(failure);
  await expect(recorder.record(asked, call, () => ({}))).rejects.toBe(failure);
  return recorder;
}

test("an answer is recorded with the times of its call and its return", async () => {
  const recorder = new HistoryRecorder();

  const answer = await recorder.record(
    put,
    async () => 7,
    (revision) => ({ revision }),
  );

  const [operation] = recorder.history;
  expect(answer).toBe(7);
  expect(operation).toMatchObject({ ...put, output: { revision: 7 } });
  expect(operation?.returned).toBeGreaterThanOrEqual(operation?.called ?? Infinity);
  expect(recorder.answered).toBe(1);
});

test.each<readonly [Outcome, number, boolean]>([
  ["not-applied", 0, false],
  ["unknown", 1, false],
  ["applied", 1, true],
])("of a write that failed and is %s %i operations stay", async (outcome, count, hasReturned) => {
  const { history, answered } = await failing(put, new CallFailure(outcome));

  expect(history).toHaveLength(count);
  expect(history.every(({ returned }) => (returned !== undefined) === hasReturned)).toBe(true);
  expect(answered).toBe(0);
});

test("a failure that says nothing of its outcome leaves a write open", async () => {
  const { history } = await failing(put, new Error("socket hang up"));

  expect(history).toMatchObject([put]);
  expect(history[0]?.returned).toBeUndefined();
});

test("a read that failed is no part of the history", async () => {
  const { history, refused } = await failing(get, new CallFailure("unknown"));

  expect(history).toEqual([]);
  expect(refused).toBe(1);
});

test("what is under way has an unknown outcome, and ends once", () => {
  const recorder = new HistoryRecorder();
  const operation = recorder.begin(put);

  const before = recorder.history;
  operation.answered({ revision: 2 });
  operation.failed(new Error("late"));

  expect(before).toMatchObject([put]);
  expect(before[0]?.returned).toBeUndefined();
  expect(recorder.history).toMatchObject([{ output: { revision: 2 } }]);
});

test("a full history refuses the next call before it is made", async () => {
  const recorder = new HistoryRecorder({ operationsMax: 1 });
  recorder.begin(put);
  let calls = 0;

  const next = recorder.record(
    put,
    async () => calls++,
    () => ({}),
  );

  await expect(next).rejects.toThrow("the history is full: it holds 1 operations");
  expect(calls).toBe(0);
});

test("a stale read is told with its counterexample, and the files of its picture and the history", () => {
  const recorder = new HistoryRecorder();
  recorder.begin(put).answered({ revision: 2 });
  recorder.begin(get).answered({ before: "absent" });

  const judged = () => expectLinearizable(recorder, { atLeast: 2 });

  expect(judged).toThrow(
    /get k → found absent[\s\S]*holdfast-history-.*\.html\n.*holdfast-history-.*\.jsonl$/,
  );
});

test("a history that shows too little is a failure", () => {
  const recorder = new HistoryRecorder();
  recorder.begin(put).answered({ revision: 2 });

  expect(() => expectLinearizable(recorder, { atLeast: 2 })).toThrow(/1 operations were answered/);
  expect(() => expectLinearizable(recorder, { atLeast: 1 })).not.toThrow();
});
