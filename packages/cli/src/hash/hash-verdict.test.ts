import { expect, test } from "vitest";
import { type HashAnswer, hashVerdict } from "./hash-verdict.ts";

function up(given: { hash?: number; revision?: number; compactRevision?: number }): HashAnswer {
  return { kind: "up", endpoint: "n", hash: 7, revision: 9, compactRevision: -1, ...given };
}

const down: HashAnswer = { kind: "down", endpoint: "n", reason: "refused" };

test.each([
  {
    answers: [up({}), up({}), up({})],
    state: "agree",
    sentence: "AGREE: 3 nodes have the same up to revision 9",
  },
  {
    answers: [up({}), up({ hash: 8 }), up({})],
    state: "differ",
    sentence: "DIFFER: nodes have other data than their peers at the same revision",
  },
  {
    answers: [up({}), up({ hash: 8, compactRevision: 4 })],
    state: "unclear",
    sentence: "UNCLEAR: the nodes did not stand at one revision; ask again",
  },
  {
    answers: [up({}), down, up({})],
    state: "unclear",
    sentence: "UNCLEAR: 2 of 3 nodes answered, and those do not differ",
  },
  {
    answers: [up({}), up({ hash: 8 }), down],
    state: "differ",
    sentence: "DIFFER: nodes have other data than their peers at the same revision",
  },
  { answers: [up({})], state: "unclear", sentence: "UNCLEAR: there is only one node to ask" },
  {
    answers: [down, down],
    state: "unclear",
    sentence: "UNCLEAR: 0 of 2 nodes answered, and those do not differ",
  },
])("$sentence", ({ answers, state, sentence }) => {
  expect(hashVerdict(answers)).toEqual({ state, sentence });
});
