import { HoldfastError, type Outcome } from "@holdfast/base";
import { expect, test } from "vitest";
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

/** A recorder whose every look at the clock is a moment later. */
function begin(operationsMax?: number): HistoryRecorder {
  let moment = 0;
  return new HistoryRecorder({ now: () => moment++, operationsMax });
}

async function failing(asked: typeof put | typeof get, failure: unknown) {
  const recorder = begin();
  const call = () => Promise.reject(failure);
  await expect(recorder.record(asked, call, () => ({}))).rejects.toBe(failure);
  return recorder;
}

test("an answer is recorded with the times of its call and its return", async () => {
  const recorder = begin();

  const answer = await recorder.record(
    put,
    async () => 7,
    (revision) => ({ revision }),
  );

  const [operation] = recorder.history;
  expect(answer).toBe(7);
  expect(operation).toEqual({ ...put, output: { revision: 7 }, called: 0, returned: 1 });
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
  const recorder = begin();
  const operation = recorder.begin(put);

  const before = recorder.history;
  operation.answered({ revision: 2 });
  operation.failed(new Error("late"));

  expect(before).toMatchObject([put]);
  expect(before[0]?.returned).toBeUndefined();
  expect(recorder.history).toMatchObject([{ output: { revision: 2 } }]);
});

test("a full history refuses the next call before it is made", async () => {
  const recorder = begin(1);
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
