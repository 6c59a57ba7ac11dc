import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { type KeyOptions, selectKeys } from "../key-arguments.ts";
import { entryLines } from "../output/entries.ts";
import { deleteJson } from "../output/etcd-json.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withStore } from "../with-store.ts";

export interface DelOptions extends KeyOptions, GivenGlobals {
  readonly prevKv?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** Deletes one key or a range, and prints how many there were: none is no failure. */
export async function del(terminal: Terminal, key: string, options: DelOptions): Promise<number> {
  const keys = selectKeys(key, options);
  if (key === "" && options.yes !== true) {
    throw new UsageError(
      "this deletes from the first key on, perhaps all there are; add --yes if that is meant",
    );
  }
  const previous = options.prevKv ?? false;

  const answer = await withStore(terminal, options, (store) => store.delete(keys, { previous }));

  const text =
    options.output === "json"
      ? `${JSON.stringify(deleteJson(answer))}\n`
      : `deleted ${answer.deleted}, revision ${answer.revision}\n${entryLines(answer.previous, { keysOnly: false })}`;
  await write(terminal.out, text);
  return EXIT.ok;
}
