import {
  assertNever,
  type ByteString,
  type Row,
  type RowAnswer,
  type RowNeed,
  type RowScan,
  type Steps,
  type Turn,
} from "@holdfast/base";

/** Where a resumable computation gets its rows. */
export interface RowSource {
  /** Answers in this turn. */
  get(key: ByteString): Uint8Array | undefined;
  scan(scan: RowScan): Promise<readonly Row[]>;
}

/**
 * Runs a computation to its end: in this turn if all it needs are single rows,
 * else it goes on in later turns and a promise is returned. The two are told
 * apart by the caller, because a promise for each write would cost more than the
 * write.
 */
export function runSteps<Result>(
  steps: Steps<Result>,
  source: RowSource,
  turn: Turn,
): Result | Promise<Result> {
  let step = steps.next();
  while (step.done !== true) {
    if (step.value.kind !== "rows") return goOn(steps, step.value, source, turn);
    step = steps.next(rowsOf(source, step.value.keys));
  }
  return step.value;
}

async function goOn<Result>(
  steps: Steps<Result>,
  first: RowNeed,
  source: RowSource,
  turn: Turn,
): Promise<Result> {
  let step = steps.next(await answer(first, source, turn));
  while (step.done !== true) {
    const { value: need } = step;
    step = steps.next(
      need.kind === "rows" ? rowsOf(source, need.keys) : await answer(need, source, turn),
    );
  }
  return step.value;
}

function rowsOf(
  source: RowSource,
  keys: readonly ByteString[],
): readonly (Uint8Array | undefined)[] {
  return keys.map((key) => source.get(key));
}

async function answer(need: RowNeed, source: RowSource, turn: Turn): Promise<RowAnswer> {
  switch (need.kind) {
    case "rows":
      return rowsOf(source, need.keys);
    case "scan":
      return source.scan(need.scan);
    case "pause":
      return turn.next().then(() => undefined);
    default:
      return assertNever(need, "row need");
  }
}
