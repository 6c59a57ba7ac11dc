import type { ByteString } from "@holdfast/base";
import type { AppliedEntry } from "./applied-entry.ts";
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

/** What is asked for, and the user's keys that applying looks up. */
export type Commands = Pick<PreparedBatch, "batch" | "keys">;

/**
 * What an entry's payload asks for; `undefined` where it is no batch.
 *
 * @throws MalformedCommandError on a batch of an unknown version
 */
export function commandsOf({ payload, prepared }: AppliedEntry): Commands | undefined {
  if (prepared !== undefined) return prepared;
  if (payload === undefined) return undefined;
  try {
    const batch = decodeBatch(payload);
    return { batch, keys: touchedKeys(batch.operations) };
  } catch (failure) {
    if (!(failure instanceof MalformedCommandError)) throw failure;
    if (failure.unknownVersion !== undefined) throw failure;
    return undefined;
  }
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
