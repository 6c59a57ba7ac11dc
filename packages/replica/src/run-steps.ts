import {
  assert,
  assertNever,
  type ByteString,
  type LogIndex,
  type Row,
  type RowAnswer,
  type RowNeed,
  type RowScan,
  type Steps,
} from "@holdfast/base";
import type { Slices } from "./slices.ts";

/** Where a resumable computation gets its rows. */
export interface RowSource {
  /** Answers in this turn. */
  get(key: ByteString): Uint8Array | undefined;
  /** Answers off the event loop. */
  rows(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]>;
  scan(scan: RowScan): Promise<readonly Row[]>;
  /** Whether a row is in memory already; left away: this source cannot tell. */
  isNear?(key: ByteString): boolean;
  /** Called once, before the first wait: what is read later must be of this moment too. */
  leaveTurn?(): void;
  /** What was written so far may become durable; waits for room. Left away: nothing is written here. */
  commit?(appliedIndex: LogIndex): Promise<void> | undefined;
  /** Whether a row that is not in memory should rather be read off the event loop. */
  readonly readsAreSlow: boolean;
}

/**
 * Runs a computation to its end: in this turn if all it needs are single rows, the
 * engine is quick and its slice is long enough, else it goes on in later turns and a
 * promise is returned. The two are told apart by the caller, because a promise for each write
 * would cost more than the write.
 */
export function runSteps<Result>(
  steps: Steps<Result>,
  source: RowSource,
  slices: Slices,
): Result | Promise<Result> {
  let step = steps.next();
  while (step.done !== true) {
    const { value: need } = step;
    const found = need.kind === "rows" ? readInTurn(need.keys, source, slices) : undefined;
    if (need.kind !== "rows" || found?.length !== need.keys.length) {
      return goOn(steps, { need, found }, source, slices);
    }
    step = steps.next(found);
  }
  return step.value;
}

type Values = readonly (Uint8Array | undefined)[];

/** A need, and those of its rows that were read before the turn ended. */
interface Begun {
  readonly need: RowNeed;
  readonly found: Values | undefined;
}

async function goOn<Result>(
  steps: Steps<Result>,
  begun: Begun,
  source: RowSource,
  slices: Slices,
): Promise<Result> {
  source.leaveTurn?.();
  let answer = await answerTo(begun, source, slices);
  while (true) {
    // Rows may come for many at once: together they take no more than one slice of a turn.
    if (slices.isOver) await slices.next();
    const step = steps.next(answer);
    if (step.done === true) return step.value;
    const { value: need } = step;
    const found = need.kind === "rows" ? readInTurn(need.keys, source, slices) : undefined;
    answer = await answerTo({ need, found }, source, slices);
  }
}

/** As many of the rows, from the first on, as should be read in this turn: time decides, not their number. */
function readInTurn(keys: readonly ByteString[], source: RowSource, slices: Slices): Values {
  const found: (Uint8Array | undefined)[] = [];
  for (const key of keys) {
    if (slices.isOver || (source.readsAreSlow && source.isNear?.(key) !== true)) break;
    found.push(source.get(key));
  }
  return found;
}

async function answerTo(
  { need, found = [] }: Begun,
  source: RowSource,
  slices: Slices,
): Promise<RowAnswer> {
  switch (need.kind) {
    case "rows": {
      const { keys } = need;
      if (found.length === keys.length) return found;
      return [...found, ...(await source.rows(keys.slice(found.length)))];
    }
    case "scan":
      return source.scan(need.scan);
    case "pause":
      return slices.next().then(() => undefined);
    case "commit":
      assert(source.commit !== undefined, "only who applies entries writes");
      await source.commit(need.appliedIndex);
      return undefined;
    default:
      return assertNever(need, "row need");
  }
}
