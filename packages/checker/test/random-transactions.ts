import type { Transaction, TransactionStep } from "@holdfast/checker";
import fc from "fast-check";

/** What a client asks for; the values are given out as it is carried out. */
export interface Script {
  readonly steps: readonly { readonly kind: "append" | "read"; readonly key: string }[];
  readonly before: number;
  readonly after: number;
  /** `lost`: it took effect, its answer was lost. `never`: it did not, and nobody knows. */
  readonly fate: "committed" | "aborted" | "lost" | "never";
}

/** Effects are so far apart. */
const APART = 10;

export interface ScriptShape {
  readonly keys: readonly string[];
  /** Transactions overlap with so many others on either side. */
  readonly reach: number;
  readonly hasFaults: boolean;
}

export function scriptOf({ keys, reach, hasFaults }: ScriptShape): fc.Arbitrary<Script> {
  const step = fc.record({
    kind: fc.constantFrom("append" as const, "read" as const),
    key: fc.constantFrom(...keys),
  });
  const faults = fc.constantFrom("aborted" as const, "lost" as const, "never" as const);
  const committed = { weight: 6, arbitrary: fc.constant("committed" as const) };
  return fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 3, size: "max" }),
    before: fc.integer({ min: 0, max: reach * APART }),
    after: fc.integer({ min: 0, max: reach * APART }),
    fate: fc.oneof(committed, ...(hasFaults ? [{ weight: 1, arbitrary: faults }] : [])),
  });
}

/** A history that is strictly serializable, as it tells of a serial run. */
export function transactionsOf(scripts: readonly Script[]): readonly Transaction[] {
  const lists = new Map<string, readonly number[]>();
  let values = 0;
  return scripts.map(({ steps: asked, before, after, fate }, client) => {
    const written = new Map(lists);
    const steps = asked.map(({ kind, key }): TransactionStep => {
      const list = written.get(key) ?? [];
      if (kind === "read")
        return fate === "committed" ? { kind, key, values: list } : { kind, key };
      values += 1;
      written.set(key, [...list, values]);
      return { kind, key, value: values };
    });
    if (fate === "committed" || fate === "lost") {
      for (const [key, list] of written) lists.set(key, list);
    }
    const effect = (client + 1) * APART;
    const called = effect - before;
    if (fate === "lost" || fate === "never") return { client, steps, called, outcome: "unknown" };
    return { client, steps, called, returned: effect + after, outcome: fate };
  });
}

/** Of all reads that were seen, one finds what `change` makes of its list; the same history where there is none. */
export function withReadChanged(
  history: readonly Transaction[],
  which: number,
  change: (values: readonly number[], key: string) => readonly number[],
): readonly Transaction[] {
  const reads = history.flatMap(({ steps }) => steps.filter((step) => isSeen(step)));
  const victim = reads[which % Math.max(1, reads.length)];
  return history.map((transaction) => ({
    ...transaction,
    steps: transaction.steps.map((step) =>
      step === victim && step.kind === "read"
        ? { ...step, values: change(step.values ?? [], step.key) }
        : step,
    ),
  }));
}

function isSeen(step: TransactionStep): boolean {
  return step.kind === "read" && step.values !== undefined;
}
