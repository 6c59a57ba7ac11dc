import type { Change, Watch } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { type KeyOptions, selectKeys } from "../key-arguments.ts";
import { changeLine } from "../output/changes.ts";
import { changeJson } from "../output/etcd-json.ts";
import { untilStopSignal } from "../stop-signals.ts";
import { type Terminal, write } from "../terminal.ts";
import { withStore } from "../with-store.ts";

export interface WatchCommandOptions extends KeyOptions, GivenGlobals {
  readonly rev?: string | undefined;
  readonly prevKv?: boolean | undefined;
  readonly count?: string | undefined;
}

/** Prints what becomes of keys, until it is told to stop or has printed as much as was asked for. */
export async function watch(
  terminal: Terminal,
  key: string,
  options: WatchCommandOptions,
): Promise<number> {
  const keys = selectKeys(key, options);
  const from = wholeNumber("--rev", options.rev ?? "0", 0, Number.MAX_SAFE_INTEGER);
  const count = wholeNumber("--count", options.count ?? "0", 0, Number.MAX_SAFE_INTEGER);
  const settings = { from, previous: options.prevKv ?? false };

  await withStore(terminal, options, async (store) => {
    const changes = store.watch(keys, settings);
    const stop = untilStopSignal();
    stop.signal.addEventListener("abort", () => changes.close());
    try {
      await announce(terminal, changes, options);
      await print(terminal, changes, { ...options, most: count });
    } finally {
      stop.forget();
    }
  });
  return EXIT.ok;
}

/** A person wants to know that a quiet terminal is one that follows. */
async function announce(terminal: Terminal, changes: Watch, { output }: GivenGlobals) {
  if (!terminal.isInteractive || output === "json") return;
  const revision = await changes.following.catch(() => undefined);
  if (revision === undefined) return;
  await write(terminal.err, `watching from revision ${revision + 1} on; Ctrl-C ends it\n`);
}

async function print(
  terminal: Terminal,
  changes: AsyncIterable<Change>,
  { output, most }: GivenGlobals & { readonly most: number },
): Promise<void> {
  let printed = 0;
  for await (const change of changes) {
    const line =
      output === "json" ? JSON.stringify(changeJson(change)) : changeLine(terminal, change);
    await write(terminal.out, `${line}\n`);
    printed += 1;
    if (printed === most) return;
  }
}
