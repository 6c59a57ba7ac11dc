import { type JobGate, toByteString } from "@holdfast/base";
import type { Level } from "level";
import type { EngineCursor } from "../engine.ts";

export interface LevelCursorParts {
  readonly database: Level<Buffer, Buffer>;
  readonly snapshot: ReturnType<Level<Buffer, Buffer>["snapshot"]>;
  readonly gate: JobGate;
  readonly stepBytes: number;
  /** Names a failure for what it is. */
  named(failure: unknown): unknown;
}

/** More rows than this are never read in one step, however small they are. */
const STEP_ROWS_MAX = 4_096;

/** Walks over a snapshot with one iterator of LevelDB, whose blocks stay out of the cache. */
export function levelCursor(parts: LevelCursorParts): EngineCursor {
  const { database, snapshot, gate, stepBytes, named } = parts;
  const iterator = database.iterator({
    snapshot,
    fillCache: false,
    highWaterMarkBytes: stepBytes,
    // Given again, because the database's own are not known to the iterator's type.
    keyEncoding: "buffer",
    valueEncoding: "buffer",
  } as Parameters<typeof database.iterator>[0]);
  return {
    next: async () => {
      try {
        const rows = await gate.run(() => iterator.nextv(STEP_ROWS_MAX));
        return rows.map(([key, value]) => ({
          key: toByteString(key as Buffer),
          value: value as Buffer,
        }));
      } catch (failure) {
        throw named(failure);
      }
    },
    close: () => iterator.close(),
  };
}
