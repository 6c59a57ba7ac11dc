import { decodeResults, encodeResults } from "@holdfast/state-machine";
import { expect, test } from "vitest";
import { deleteAnswer, txnAnswer } from "./operation-answer.ts";

test.each([
  ["a deletion", deleteAnswer],
  ["a transaction", txnAnswer],
])("%s of too many keys was not applied, and is not worth asking for again", (_, answer) => {
  const failed = {
    kind: "failed",
    revision: 7,
    failure: { reason: "too-many-deletions" },
  } as const;
  const [result = failed] = decodeResults(encodeResults([failed]));

  expect(() => answer(result)).toThrow(
    expect.objectContaining({
      code: "TOO_MANY_KEYS",
      message: "it would delete more than 1048576 keys at once",
      outcome: "not-applied",
      retryable: false,
    }),
  );
});
