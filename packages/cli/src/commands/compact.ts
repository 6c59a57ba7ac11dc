import { EXIT } from "../exit-codes.ts";
import { endpointsOf, type GivenGlobals, timeoutOf } from "../global-options.ts";
import { compactJson } from "../output/etcd-json.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withStore } from "../with-store.ts";

export interface CompactOptions extends GivenGlobals {
  readonly physical?: boolean | undefined;
}

/** Gives up all revisions before one; `physical` waits until one node has freed their place. */
export async function compact(
  terminal: Terminal,
  given: string,
  options: CompactOptions,
): Promise<number> {
  const asked = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(asked)) {
    throw new UsageError(`REV is a revision, as holdfast status shows them, not ${given}`);
  }
  const { revision } =
    options.physical === true
      ? await compactPhysically(terminal, asked, options)
      : await withStore(terminal, options, (store) => store.compact(asked));

  const text =
    options.output === "json"
      ? `${JSON.stringify(compactJson(revision))}\n`
      : `compacted revision ${asked}\n`;
  await write(terminal.out, text);
  return EXIT.ok;
}

/** One node is asked that answers: it has all nodes compact, and then waits for its own disk. */
async function compactPhysically(
  terminal: Terminal,
  revision: number,
  options: GivenGlobals,
): Promise<{ readonly revision: number }> {
  const address = await withStore(terminal, options, async (store) => store.endpoint);
  const { EtcdEndpoint } = await import("@holdfast/client");
  const node = new EtcdEndpoint(address ?? endpointsOf(options, terminal)[0] ?? "");
  try {
    return await node.compact(revision, { physical: true, timeoutMs: timeoutOf(options) });
  } finally {
    node.close();
  }
}
