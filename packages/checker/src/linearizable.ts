import { type Counterexample, counterexampleOf } from "./counterexample.ts";
import type { Model } from "./model.ts";
import type { History } from "./operation.ts";
import { PartitionSearch } from "./partition-search.ts";
import { partitionsOf } from "./sorted-partition.ts";

/** What one check may cost. */
export interface SearchBudget {
  /** Questions to the model, over all partitions. */
  readonly stepsMax: number;
  /** Memory of all searches that are under way, about. */
  readonly memoryBytesMax: number;
}

/** Some seconds, and what a default heap has room for. */
export const SEARCH_BUDGET: SearchBudget = Object.freeze({
  stepsMax: 20_000_000,
  memoryBytesMax: 512 * 1024 * 1024,
});

/** What a check of a history came to. */
export type Verdict = (LegalVerdict | IllegalVerdict | UndecidedVerdict) & {
  readonly operations: number;
  readonly partitions: number;
  /** Questions to the model. */
  readonly steps: number;
};

interface LegalVerdict {
  readonly kind: "legal";
}

interface IllegalVerdict {
  readonly kind: "illegal";
  /** Of one partition; others may be illegal as well. */
  readonly counterexample: Counterexample;
}

/** The budget ended first. For a test that is a failure: its history is too hard, not its subject right. */
interface UndecidedVerdict {
  readonly kind: "unknown";
  readonly exhausted: keyof SearchBudget;
  /** Partitions that were not judged. */
  readonly undecided: readonly string[];
}

/** The first turn of each partition, in steps; each round doubles it. */
const FIRST_TURN_STEPS = 2000;

/**
 * Judges whether a history could come of a service that does as the model says, one operation after
 * the other, each at some moment between its call and its return (Herlihy and Wing 1990).
 *
 * Partitions are searched in turns that grow, and the first illegal one ends the check: an illegal
 * partition is often found in no time where a legal one beside it is too hard to be searched to its end.
 * Where the memory ends, the partition that holds most of it is given up and the others go on.
 */
export function checkLinearizable<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: History<Input, Output>,
  budget: Partial<SearchBudget> = {},
): Verdict {
  const { stepsMax, memoryBytesMax } = { ...SEARCH_BUDGET, ...budget };
  const partitions = partitionsOf(model, history);
  const underWay = new Set(partitions.map((partition) => new PartitionSearch(model, partition)));
  const givenUp: string[] = [];
  let steps = 0;
  const figures = () => ({ operations: history.length, partitions: partitions.length, steps });
  for (let turn = FIRST_TURN_STEPS; underWay.size > 0; turn *= 2) {
    for (const search of underWay) {
      if (steps >= stepsMax) {
        const undecided = [...givenUp, ...[...underWay].map(nameOf)];
        return { kind: "unknown", exhausted: "stepsMax", undecided, ...figures() };
      }
      const before = search.steps;
      search.run(Math.min(turn, stepsMax - steps));
      steps += search.steps - before;
      if (search.verdict === "illegal") {
        return { kind: "illegal", counterexample: counterexampleOf(model, search), ...figures() };
      }
      if (search.verdict === "legal") underWay.delete(search);
      givenUp.push(...giveUpLargest(underWay, memoryBytesMax));
    }
  }
  return givenUp.length === 0
    ? { kind: "legal", ...figures() }
    : { kind: "unknown", exhausted: "memoryBytesMax", undecided: givenUp, ...figures() };
}

type AnySearch = Pick<PartitionSearch<unknown, unknown, unknown>, "bytes" | "partition">;

/** Drops searches until the rest fits; returns the names of what is not judged now. */
function giveUpLargest<Search extends AnySearch>(
  underWay: Set<Search>,
  bytesMax: number,
): readonly string[] {
  const dropped: string[] = [];
  let bytes = 0;
  for (const search of underWay) bytes += search.bytes;
  while (bytes > bytesMax) {
    const [largest] = [...underWay].sort((a, b) => b.bytes - a.bytes);
    if (largest === undefined) break;
    bytes -= largest.bytes;
    underWay.delete(largest);
    dropped.push(nameOf(largest));
  }
  return dropped;
}

function nameOf({ partition }: AnySearch): string {
  return partition.name;
}
