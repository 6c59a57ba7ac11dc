import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { leaseId } from "../leases/lease-id.ts";
import { entryLines } from "../output/entries.ts";
import { putJson } from "../output/etcd-json.ts";
import { readAll, type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withStore } from "../with-store.ts";

/** What etcd takes in one request, bytes; nodes refuse more. */
const VALUE_BYTES_MAX = 1536 * 1024;

export interface PutOptions extends GivenGlobals {
  readonly prevKv?: boolean | undefined;
  readonly lease?: string | undefined;
}

/** Writes one key; the value `-` is read from standard input. */
export async function put(
  terminal: Terminal,
  key: string,
  value: string,
  options: PutOptions,
): Promise<number> {
  if (key === "") throw new UsageError("a key must not be empty");
  const bytes = value === "-" ? await readAll(terminal.input, VALUE_BYTES_MAX) : value;
  const previous = options.prevKv ?? false;

  const answer = await withStore(terminal, options, (store) =>
    store.put(key, bytes, {
      previous,
      lease: options.lease === undefined ? 0n : leaseId(options.lease),
    }),
  );

  const replaced = answer.previous === undefined ? [] : [answer.previous];
  const text =
    options.output === "json"
      ? `${JSON.stringify(putJson(answer))}\n`
      : `OK, revision ${answer.revision}\n${entryLines(replaced, { keysOnly: false })}`;
  await write(terminal.out, text);
  return EXIT.ok;
}
