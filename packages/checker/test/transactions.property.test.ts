import {
  checkStrictlySerializable,
  explainTransactions,
  type Transaction,
} from "@holdfast/checker";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scriptOf, transactionsOf, withReadChanged } from "./random-transactions.ts";
import { hasSerialOrder } from "./serial-orders.ts";

const LONG = { minLength: 2, maxLength: 60, size: "max" } as const;
const KEYS = ["x", "y", "z"];
const overlapping = scriptOf({ keys: KEYS, reach: 6, hasFaults: true });
const separate = scriptOf({ keys: KEYS, reach: 0, hasFaults: false });

test("what a serial store did is accepted, with any overlap, aborts and lost answers", () => {
  fc.assert(
    fc.property(fc.array(overlapping, LONG), (scripts) => {
      const verdict = checkStrictlySerializable(transactionsOf(scripts));

      expect(verdict.kind, explainTransactions(verdict)).toBe("legal");
    }),
    { numRuns: 100 },
  );
});

describe("the verdict is that of trying all orders", () => {
  const RUNS = 500;

  test("on true histories and on such with one read changed", () => {
    const seen = { legal: 0, illegal: 0 };
    const small = scriptOf({ keys: ["x", "y"], reach: 2, hasFaults: true });
    fc.assert(
      fc.property(
        fc.array(small, { minLength: 3, maxLength: 6, size: "max" }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom("none", "shorter", "longer", "swapped"),
        (scripts, which, other, how) => {
          const truth = transactionsOf(scripts);
          const history =
            how === "none"
              ? truth
              : withReadChanged(truth, which, (values, key) =>
                  changed(values, how, appended(truth, key), other),
                );

          const verdict = checkStrictlySerializable(history);

          const isLegal = hasSerialOrder(history);
          expect(verdict.kind, explainTransactions(verdict)).toBe(isLegal ? "legal" : "illegal");
          seen[verdict.kind] += 1;
        },
      ),
      { numRuns: RUNS },
    );
    expect(seen.legal).toBeGreaterThan(RUNS / 10);
    expect(seen.illegal).toBeGreaterThan(RUNS / 10);
  });

  test("on histories whose times have nothing to do with what was done", () => {
    const seen = { legal: 0, illegal: 0 };
    const small = scriptOf({ keys: ["x", "y"], reach: 2, hasFaults: true });
    const shift = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(small, shift), { minLength: 3, maxLength: 6, size: "max" }),
        (scripts) => {
          const history = transactionsOf(scripts.map(([script]) => script)).map(
            (transaction, at): Transaction => moved(transaction, scripts[at]?.[1] ?? 0),
          );

          const verdict = checkStrictlySerializable(history);

          const isLegal = hasSerialOrder(history);
          expect(verdict.kind, explainTransactions(verdict)).toBe(isLegal ? "legal" : "illegal");
          seen[verdict.kind] += 1;
        },
      ),
      { numRuns: RUNS },
    );
    expect(seen.legal).toBeGreaterThan(RUNS / 10);
    expect(seen.illegal).toBeGreaterThan(RUNS / 20);
  });
});

describe("one corruption is found", () => {
  test("a read of something else, where nothing overlaps", () => {
    corrupted(separate, (truth, which, other) =>
      withReadChanged(truth, which, (values, key) => {
        const all = appended(truth, key);
        const found = all.slice(0, other % (all.length + 1));
        return found.join() === values.join() ? [...values, 0] : found;
      }),
    );
  });

  test("a value that is there twice", () => {
    corrupted(overlapping, (truth, which) =>
      withReadChanged(truth, which, (values) => [...values.slice(0, 1), ...values]),
    );
  });

  test("a value that nobody appended", () => {
    corrupted(overlapping, (truth, which) =>
      withReadChanged(truth, which, (values) => [0, ...values.slice(1)]),
    );
  });

  test("an abort of what was read", () => {
    corrupted(overlapping, (truth, which) => {
      const read = new Set(truth.flatMap((transaction) => readFrom(transaction)));
      const victims = truth.filter(({ steps }) =>
        steps.some((step) => step.kind === "append" && read.has(`${step.value} ${step.key}`)),
      );
      const victim = victims[which % Math.max(1, victims.length)];
      return truth.map((it) => (it === victim ? { ...it, outcome: "aborted" } : it));
    });
  });

  function corrupted(
    script: Parameters<typeof fc.array<Parameters<typeof transactionsOf>[0][number]>>[0],
    corrupt: (
      truth: readonly Transaction[],
      which: number,
      other: number,
    ) => readonly Transaction[],
  ): void {
    let found = 0;
    fc.assert(
      fc.property(fc.array(script, LONG), fc.nat(), fc.nat(), (scripts, which, other) => {
        const truth = transactionsOf(scripts);
        const history = corrupt(truth, which, other);
        if (JSON.stringify(history) === JSON.stringify(truth)) return;

        expect(checkStrictlySerializable(history).kind).toBe("illegal");
        found += 1;
      }),
    );
    expect(found).toBeGreaterThan(50);
  }
});

/** All values appended to a key, in the order of the serial run. */
function appended(truth: readonly Transaction[], key: string): readonly number[] {
  return truth.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === "append" && step.key === key ? [step.value] : [])),
  );
}

/** What others' transactions appended and this one read. */
function readFrom({ outcome, steps }: Transaction): readonly string[] {
  if (outcome !== "committed") return [];
  const own = new Set(
    steps.map((step) => (step.kind === "append" ? `${step.value} ${step.key}` : "")),
  );
  return steps
    .flatMap((step) =>
      step.kind === "read" ? (step.values ?? []).map((value) => `${value} ${step.key}`) : [],
    )
    .filter((value) => !own.has(value));
}

function changed(
  values: readonly number[],
  how: "shorter" | "longer" | "swapped",
  all: readonly number[],
  other: number,
): readonly number[] {
  if (how === "shorter") return values.slice(0, other % Math.max(1, values.length));
  if (how === "longer") return all.slice(0, values.length + 1 + (other % 2));
  const at = other % Math.max(1, values.length - 1);
  const [first, second] = [values[at], values[at + 1]];
  if (first === undefined || second === undefined) return values;
  return values.with(at, second).with(at + 1, first);
}

function moved(transaction: Transaction, by: number): Transaction {
  const { called, returned } = transaction;
  const later = { ...transaction, called: called + by };
  return returned === undefined ? later : { ...later, returned: returned + by };
}
