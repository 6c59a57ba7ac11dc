import { expect, test } from "vitest";
import { del, put, TestStore } from "../../test/test-store.ts";

const KEYS = 20;

/** Deletes keys of 10 kB one by one in one entry, each to be told what it deleted. */
function deleted(options: { readonly entryAnswersBytesMax?: number }) {
  const store = TestStore.opened(options);
  const keys = Array.from({ length: KEYS }, (_, n) => `k${n}`);
  store.send(keys.map((key) => put(key, "v".repeat(10_000))));

  const answers = store.send([
    ...keys.map((key) => del(key, "", true)),
    put("small"),
    del("small", "", true),
  ]);

  return { answers, rows: store.rows.published.all() };
}

test("answers to one entry are told as long as they are not too much together", () => {
  const { answers, rows } = deleted({ entryAnswersBytesMax: 50_300 });

  const told = answers.filter(({ kind }) => kind === "delete-range");
  expect(told).toHaveLength(5 + 1);
  expect(answers.slice(5, KEYS)).toEqual(
    Array.from({ length: 15 }, (_, n) => ({ kind: "answer-gone", revision: 27 + n })),
  );
  // What a session remembers is told in any case.
  expect(answers.at(-1)).toMatchObject({ kind: "delete-range", prevKvs: [{ version: 1 }] });
  expect(rows).toEqual(deleted({}).rows);
});

test("by default so many answers are far from it", () => {
  expect(deleted({}).answers.map(({ kind }) => kind)).not.toContain("answer-gone");
});
