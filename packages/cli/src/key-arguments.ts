import type { KeySelector } from "@holdfast/client";
import { UsageError } from "./usage-error.ts";

/** The options that make one key many. */
export interface KeyOptions {
  readonly prefix?: boolean | undefined;
  /** The end of a range, itself left out. */
  readonly range?: string | undefined;
  readonly fromKey?: boolean | undefined;
}

/** Whether at most one key is meant. */
export function isSingleKey({ prefix, range, fromKey }: KeyOptions): boolean {
  return prefix !== true && fromKey !== true && range === undefined;
}

/**
 * The keys that a command line means.
 *
 * @throws UsageError if its options contradict one another, or the one key is empty.
 */
export function selectKeys(key: string, options: KeyOptions): KeySelector {
  const { prefix = false, range, fromKey = false } = options;
  const given = [prefix, range !== undefined, fromKey].filter(Boolean).length;
  if (given > 1) throw new UsageError("only one of --prefix, --range and --from-key can be given");
  if (prefix) return { prefix: key };
  if (fromKey) return { from: key };
  if (range !== undefined) return { from: key, to: range };
  if (key === "") throw new UsageError('a key must not be empty; --prefix "" means every key');
  return key;
}
