import type { RangeAnswer } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { isSingleKey, type KeyOptions, selectKeys } from "../key-arguments.ts";
import { entryLines, entryTable } from "../output/entries.ts";
import { rangeJson } from "../output/etcd-json.ts";
import { type Terminal, write } from "../terminal.ts";
import { withStore } from "../with-store.ts";

export interface GetOptions extends KeyOptions, GivenGlobals {
  readonly limit?: string | undefined;
  readonly rev?: string | undefined;
  readonly keysOnly?: boolean | undefined;
  readonly countOnly?: boolean | undefined;
  readonly serializable?: boolean | undefined;
}

/**
 * Prints one value, or the keys of a range.
 *
 * @returns the exit status: 2 if one key was asked for and there is none.
 */
export async function get(terminal: Terminal, key: string, options: GetOptions): Promise<number> {
  const keys = selectKeys(key, options);
  const selection = {
    limit: wholeNumber("--limit", options.limit ?? "0", 0, Number.MAX_SAFE_INTEGER),
    revision: wholeNumber("--rev", options.rev ?? "0", 0, Number.MAX_SAFE_INTEGER),
    keysOnly: options.keysOnly ?? false,
    countOnly: options.countOnly ?? false,
    serializable: options.serializable ?? false,
  };

  const answer = await withStore(terminal, options, (store) => store.range(keys, selection));

  await write(terminal.out, shown(terminal, answer, options));
  return isSingleKey(options) && answer.count === 0 && !selection.countOnly
    ? EXIT.notFound
    : EXIT.ok;
}

function shown(terminal: Terminal, answer: RangeAnswer, options: GetOptions): string | Uint8Array {
  const { output, keysOnly = false, countOnly = false } = options;
  if (output === "json") return `${JSON.stringify(rangeJson(answer))}\n`;
  if (countOnly) return `${answer.count}\n`;
  if (output === "table") return entryTable(terminal, answer);
  const [first] = answer.entries;
  if (isSingleKey(options) && !keysOnly) {
    // As it is stored, whatever it is: this is how a value gets into a file.
    return first === undefined ? "" : Buffer.concat([first.value, Buffer.from("\n")]);
  }
  const isTable = output === undefined && terminal.isInteractive && !keysOnly;
  return isTable ? entryTable(terminal, answer) : entryLines(answer.entries, { keysOnly });
}
