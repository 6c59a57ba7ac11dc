import type { ByteString } from "@holdfast/base";
import { touchedKeys } from "./apply/touched-keys.ts";
import { decodeBatch } from "./codec/command-codec.ts";
import { MalformedCommandError } from "./codec/malformed-command-error.ts";
import type { CommandBatch } from "./command.ts";
import { currentKey, type RowLayout } from "./rows/row-layout.ts";

/** An entry's commands, read ahead of applying them. */
export interface PreparedBatch {
  readonly batch: CommandBatch;
  /** The user's keys that applying looks up. */
  readonly keys: ReadonlySet<ByteString>;
  /** The rows of those keys: what is worth fetching ahead. */
  readonly rowKeys: readonly ByteString[];
}

/** What an entry's payload asks for; `undefined` where it is no batch: applying says what then happens. */
export function prepareBatch(payload: Uint8Array, layout: RowLayout): PreparedBatch | undefined {
  try {
    const batch = decodeBatch(payload);
    const keys = touchedKeys(batch.operations);
    return { batch, keys, rowKeys: Array.from(keys, (key) => currentKey(layout, key)) };
  } catch (failure) {
    if (failure instanceof MalformedCommandError) return undefined;
    throw failure;
  }
}
