import { expect, test } from "vitest";
import { requireLinearizable } from "./judge-history.ts";
import { RecordedHistory } from "./recorded-history.ts";

function history(lastRead: number): RecordedHistory {
  const recorded = new RecordedHistory();
  const write = recorded.called(1, { kind: "write", key: 0, value: 5 }, 0);
  recorded.done(write, { kind: "done", value: 0, written: true, index: 1 }, 10);
  const lost = recorded.called(2, { kind: "write", key: 0, value: 6 }, 5);
  recorded.unknown(lost);
  const read = recorded.called(3, { kind: "read", key: 0 }, 20);
  recorded.done(read, { kind: "done", value: lastRead, written: false, index: 1 }, 30);
  return recorded;
}

test("an operation without outcome may have happened or not", () => {
  requireLinearizable(history(5));
  requireLinearizable(history(6));
});

test("a stale read is caught without knowing the log", () => {
  expect(() => requireLinearizable(history(0))).toThrow(/linearizability/);
});
