import { expect, test } from "vitest";
import { expectLinearizable } from "./expect-linearizable.ts";
import { recordHistory } from "./record-history.ts";

const put = { client: "a", input: { kind: "put", key: "k", value: "1" } } as const;
const get = { client: "b", input: { kind: "get", key: "k" } } as const;

test("a stale read is told with its counterexample, and the files of its picture and the history", () => {
  const recorder = recordHistory();
  recorder.begin(put).answered({ revision: 2 });
  recorder.begin(get).answered({ before: "absent" });

  const judged = () => expectLinearizable(recorder, { atLeast: 2 });

  expect(judged).toThrow(
    /get k → found absent[\s\S]*holdfast-history-.*\.html\n.*holdfast-history-.*\.jsonl$/,
  );
});

test("a history that shows too little is a failure", () => {
  const recorder = recordHistory();
  recorder.begin(put).answered({ revision: 2 });

  expect(() => expectLinearizable(recorder, { atLeast: 2 })).toThrow(/1 operations were answered/);
  expect(() => expectLinearizable(recorder, { atLeast: 1 })).not.toThrow();
});
