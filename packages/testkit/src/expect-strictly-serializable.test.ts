import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expectStrictlySerializable } from "./expect-strictly-serializable.ts";

const APPEND = { kind: "append", key: "x", value: 1 } as const;
const LOST = [
  { client: "a", steps: [APPEND], called: 0, returned: 1, outcome: "committed" },
  {
    client: "b",
    steps: [{ kind: "read", key: "x", values: [] }],
    called: 2,
    returned: 3,
    outcome: "committed",
  },
] as const;

test("an anomaly is told with the files of its picture and the history", () => {
  let message = "";
  try {
    expectStrictlySerializable(LOST, { atLeast: 2 });
  } catch (failure) {
    message = String(failure);
  }

  expect(message).toContain("lost append");
  const [, picture = ""] = /picture of it is in (.*\.html)/.exec(message) ?? [];
  const [, history = ""] = /history is in (.*\.jsonl)/.exec(message) ?? [];
  expect(readFileSync(picture, "utf8")).toContain(
    "<h1>Not strictly serializable: lost append</h1>",
  );
  expect(readFileSync(history, "utf8").trim().split("\n")).toHaveLength(2);
});

test("a history that shows too little is a failure", () => {
  expect(() => expectStrictlySerializable(LOST.slice(0, 1), { atLeast: 2 })).toThrow(
    /1 of 1 transactions were committed; at least 2/,
  );
  expect(() => expectStrictlySerializable(LOST.slice(0, 1), { atLeast: 1 })).not.toThrow();
});
