import { describe, expect, test } from "vitest";
import {
  explainRevisionViolation,
  findRevisionViolation,
  type RevisionObservation,
} from "./revision-order.ts";

function seen(
  kind: "change" | "read",
  revision: number,
  [called, returned]: readonly [number, number],
): RevisionObservation {
  return { kind, revision, client: 1, called, returned, text: kind };
}

describe("revisions agree with real time", () => {
  test.each<readonly [string, readonly RevisionObservation[]]>([
    ["none at all", []],
    ["changes one after the other", [seen("change", 2, [0, 1]), seen("change", 3, [2, 3])]],
    ["changes at once, in any order", [seen("change", 3, [0, 5]), seen("change", 2, [1, 4])]],
    ["reads of what was answered", [seen("change", 2, [0, 1]), seen("read", 2, [2, 3])]],
    ["a read during a change", [seen("change", 2, [0, 9]), seen("read", 1, [2, 3])]],
    ["reads at one revision", [seen("read", 4, [0, 1]), seen("read", 4, [2, 3])]],
  ])("%s", (_what, observations) => {
    expect(findRevisionViolation(observations)).toBeUndefined();
  });
});

describe("revisions disagree with real time", () => {
  test.each<readonly [string, string, readonly RevisionObservation[]]>([
    ["a shared revision", "share", [seen("change", 2, [0, 9]), seen("change", 2, [1, 9])]],
    ["a change below one before", "change", [seen("change", 3, [0, 1]), seen("change", 2, [2, 3])]],
    [
      "a change at a revision that was read",
      "change",
      [seen("read", 3, [0, 1]), seen("change", 3, [2, 3])],
    ],
    ["a stale read", "read", [seen("change", 3, [0, 1]), seen("read", 2, [2, 3])]],
    ["reads that go back", "read", [seen("read", 3, [0, 1]), seen("read", 2, [2, 3])]],
    [
      "a read behind one of many that overlap",
      "read",
      [seen("change", 5, [0, 3]), seen("change", 4, [1, 9]), seen("read", 4, [4, 5])],
    ],
  ])("%s", (_what, word, observations) => {
    const violation = findRevisionViolation([...observations].reverse());

    expect(violation?.rule).toContain(word);
    expect(violation && explainRevisionViolation(violation)).toContain("disagree");
  });
});
