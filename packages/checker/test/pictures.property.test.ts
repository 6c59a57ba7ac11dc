import {
  type Counterexample,
  checkLinearizable,
  checkStrictlySerializable,
  drawCounterexample,
  drawTransactions,
  type TextInput,
  textStoreModel,
} from "@holdfast/checker";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { labelsIn, overlapsIn } from "./drawn-labels.ts";
import {
  type Circumstances,
  circumstances,
  historyOf,
  textInput,
  textService,
} from "./random-history.ts";
import { scriptOf, transactionsOf, withReadChanged } from "./random-transactions.ts";

const RUNS = 60;
const NAMES = ["sdk/1", "n1/2#14", "a client with quite a long name", "<last>"];

function expectReadable(page: string): void {
  for (const labels of labelsIn(page)) {
    expect(overlapsIn(labels)).toEqual([]);
    expect(labels.filter(({ left, top }) => left < 0 || top < 0)).toEqual([]);
  }
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|(src|href)=|NaN|undefined/);
}

/** A true history of so many clients, and after half of it a read of what nobody wrote. */
function counterexampleOf(
  script: readonly (readonly [TextInput, Circumstances])[],
  clients: number,
): Counterexample {
  const history = historyOf(textService(), script).map((operation, at) => ({
    ...operation,
    client: NAMES[at % clients] ?? at % clients,
  }));
  const called = history[Math.floor(history.length / 2)]?.called ?? 0;
  const verdict = checkLinearizable(textStoreModel, [
    ...history,
    {
      client: "late",
      input: { kind: "get", key: "a" },
      output: { kind: "get", value: "<nobody's & long beyond the width of its column>" },
      called,
      returned: called + 25,
    },
  ]);
  if (verdict.kind !== "illegal") throw new Error(`it is ${verdict.kind}`);
  return verdict.counterexample;
}

describe("texts do not overlap, and nothing is fetched", () => {
  test("in counterexamples of any size", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(textInput, circumstances(5)), {
          minLength: 5,
          maxLength: 120,
          size: "max",
        }),
        fc.integer({ min: 3, max: 10 }),
        (script, clients) => {
          expectReadable(drawCounterexample(counterexampleOf(script, clients)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("in anomalies of transactions", () => {
    let drawn = 0;
    const script = scriptOf({
      keys: ["x", "a key with quite a long name ".repeat(6)],
      reach: 4,
      hasFaults: true,
    });
    fc.assert(
      fc.property(
        fc.array(script, { minLength: 5, maxLength: 60, size: "max" }),
        fc.nat(),
        (scripts, which) => {
          const history = withReadChanged(transactionsOf(scripts), which, (values) =>
            values.slice(0, -1),
          );
          const verdict = checkStrictlySerializable(history);
          if (verdict.kind === "legal") return;
          expectReadable(drawTransactions(verdict));
          drawn += 1;
        },
      ),
      { numRuns: RUNS },
    );
    expect(drawn).toBeGreaterThan(RUNS / 3);
  });
});
