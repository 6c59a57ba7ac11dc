import { type ByteString, emptyBytes, type Row, type RowScan } from "@holdfast/base";
import type { KeyCursor } from "../sorted-keys.ts";
import { findInMemory, type Layers } from "./generation.ts";

/** Once deletions have eaten rows, the engine is asked for more than is missing: so many, doubling. */
const STEP_ROWS_MIN = 32;
const STEP_ROWS_MAX = 1_024;
/** Keys looked at between two reads of the engine, so that one slice stays short (decision 4). */
const VISITS_MAX = 4_096;

interface Step {
  readonly from: ByteString;
  readonly to: ByteString;
  readonly limit: number;
  readonly reverse: boolean;
  readonly keysOnly: boolean;
  readonly engineRows: readonly Row[];
  /** Whether the engine has no more rows in the range. */
  readonly engineDone: boolean;
}

/**
 * An ordered read over generations and engine: the newest version of a key wins,
 * a deletion hides what lies below it.
 *
 * `check` is called after each wait and throws if the read must not go on.
 */
export async function layeredScan(
  layers: Layers,
  scan: RowScan,
  check: () => void,
): Promise<readonly Row[]> {
  const { limit, reverse = false, keysOnly = false } = scan;
  let { from, to } = scan;
  let ahead = 0;
  const rows: Row[] = [];
  while (rows.length < limit && from < to) {
    const stepRows = Math.min(STEP_ROWS_MAX, Math.max(limit - rows.length, ahead));
    const engineRows = await layers.engine.scan({ from, to, limit: stepRows, reverse, keysOnly });
    check();
    const engineDone = engineRows.length < stepRows;
    const step = { from, to, limit, reverse, keysOnly, engineRows, engineDone };
    const resume = mergeStep(layers, step, rows);
    if (resume === undefined) break;
    if (reverse) to = resume;
    else from = resume;
    ahead = Math.min(STEP_ROWS_MAX, Math.max(STEP_ROWS_MIN, ahead * 2));
  }
  return rows;
}

/** Merges what the engine gave with what is in memory; answers where to go on, if it must. */
function mergeStep(layers: Layers, step: Step, rows: Row[]): ByteString | undefined {
  const { reverse, engineRows, limit } = step;
  const cursors = cursorsOf(layers, step);
  let engineAt = 0;
  for (let visits = 0; rows.length < limit; visits++) {
    const ahead = engineRows[engineAt];
    const key = nextKey(cursors, ahead?.key, reverse);
    if (key === undefined) return endOf(step);
    if (visits === VISITS_MAX) return reverse ? successor(key) : key;
    advance(cursors, key);
    const engineRow = ahead?.key === key ? ahead : undefined;
    if (engineRow !== undefined) engineAt++;
    const row = visibleRow(layers, key, { engineRow, keysOnly: step.keysOnly });
    if (row !== undefined) rows.push(row);
  }
  return undefined;
}

/** The newest version of a row that the reader may see, if it is not a deletion. */
function visibleRow(
  layers: Layers,
  key: ByteString,
  below: { readonly engineRow: Row | undefined; readonly keysOnly: boolean },
): Row | undefined {
  const version = findInMemory(layers.generations, key, layers.sequence);
  if (version === undefined) return below.engineRow;
  const { value } = version;
  return value === undefined ? undefined : { key, value: below.keysOnly ? emptyBytes() : value };
}

function advance(cursors: readonly KeyCursor[], key: ByteString): void {
  for (const cursor of cursors) if (cursor.key === key) cursor.next();
}

/** In memory nothing is read beyond the engine's last row: what lies there in the engine is not known yet. */
function cursorsOf(layers: Layers, step: Step): readonly KeyCursor[] {
  const { reverse, engineRows, engineDone } = step;
  const last = engineDone ? undefined : engineRows.at(-1)?.key;
  const from = reverse ? (last ?? step.from) : step.from;
  const to = reverse || last === undefined ? step.to : successor(last);
  return layers.generations.map(({ rows }) => rows.keys.cursor({ from, to, reverse }));
}

function endOf(step: Step): ByteString | undefined {
  const last = step.engineRows.at(-1)?.key;
  if (step.engineDone || last === undefined) return undefined;
  return step.reverse ? last : successor(last);
}

function nextKey(
  cursors: readonly KeyCursor[],
  engineKey: ByteString | undefined,
  reverse: boolean,
): ByteString | undefined {
  let next = engineKey;
  for (const { key } of cursors) {
    if (key === undefined) continue;
    if (next === undefined || (reverse ? key > next : key < next)) next = key;
  }
  return next;
}

/** The least key above another. */
function successor(key: ByteString): ByteString {
  return `${key}\0`;
}
