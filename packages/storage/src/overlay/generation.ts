import type { ByteString, LogIndex } from "@holdfast/base";
import type { EngineReads, RowChange } from "../engine.ts";
import { type RowVersion, VersionedRows } from "../versioned-rows.ts";

/**
 * Rows that were applied together and go to the engine together.
 *
 * Active, it takes writes; cut at a commit point, it is written in one batch and
 * never changes again; durable, it stays while a View that captured it is open.
 */
export class Generation {
  readonly rows: VersionedRows = new VersionedRows();
  /** The last log entry that is in it as a whole. */
  appliedIndex: LogIndex = 0;
  /** Open Views that captured it. */
  pins = 0;

  /** Its rows as they are now; a million of them are not gathered first. */
  get changes(): Iterable<RowChange> {
    return { [Symbol.iterator]: () => changesOf(this.rows) };
  }
}

function* changesOf(rows: VersionedRows): IterableIterator<RowChange> {
  for (const [key, { value }] of rows.entries()) yield { key, value };
}

/** What a read sees: generations over an engine, as of one sequence. */
export interface Layers {
  /** Newest first. */
  readonly generations: readonly Generation[];
  readonly engine: EngineReads;
  readonly sequence: number;
}

/** The row in memory, which may be a deletion; `undefined` sends the reader to the engine. */
export function findInMemory(
  generations: readonly Generation[],
  key: ByteString,
  sequence: number,
): RowVersion | undefined {
  for (const { rows } of generations) {
    const version = rows.at(key, sequence);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Many rows, of which the engine is asked only for those that are not in memory. */
export async function readRows(
  layers: Layers,
  keys: readonly ByteString[],
): Promise<readonly (Uint8Array | undefined)[]> {
  const values: (Uint8Array | undefined)[] = new Array(keys.length);
  const missingKeys: ByteString[] = [];
  const missingAt: number[] = [];
  for (const [at, key] of keys.entries()) {
    const version = findInMemory(layers.generations, key, layers.sequence);
    if (version !== undefined) values[at] = version.value;
    else {
      missingKeys.push(key);
      missingAt.push(at);
    }
  }
  if (missingKeys.length === 0) return values;
  const found = await layers.engine.getMany(missingKeys);
  for (const [at, place] of missingAt.entries()) values[place] = found[at];
  return values;
}
