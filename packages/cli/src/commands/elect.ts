import type { Entry, Holdfast } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { entryJson } from "../output/etcd-json.ts";
import { printable } from "../output/printable.ts";
import { untilStopSignal } from "../stop-signals.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withStore } from "../with-store.ts";

export interface ElectOptions extends GivenGlobals {
  readonly listen?: boolean | undefined;
  readonly ttl?: string | undefined;
}

/** A day, s. */
const TTL_SECONDS_MAX = 86_400;

/** Campaigns until it leads, and then leads until it is told to stop; or prints who leads, again and again. */
export function elect(
  terminal: Terminal,
  name: string,
  value: string | undefined,
  options: ElectOptions,
): Promise<number> {
  const { listen = false } = options;
  if (listen === (value !== undefined)) {
    throw new UsageError("give either a VALUE to campaign with or --listen");
  }
  return withStore(terminal, options, async (store) => {
    const stop = untilStopSignal();
    try {
      if (value === undefined)
        return await observe(terminal, store, { name, options, signal: stop.signal });
      return await campaign(terminal, store, { name, value, options, signal: stop.signal });
    } catch (failure) {
      if (stop.signal.aborted) return EXIT.ok;
      throw failure;
    } finally {
      stop.forget();
    }
  });
}

interface Asked {
  readonly name: string;
  readonly options: ElectOptions;
  readonly signal: AbortSignal;
}

async function campaign(
  terminal: Terminal,
  store: Holdfast,
  { name, value, options, signal }: Asked & { readonly value: string },
): Promise<number> {
  const ttlSeconds = wholeNumber("--ttl", options.ttl ?? "10", 2, TTL_SECONDS_MAX);
  await using leadership = await store.campaign(name, value, { ttlSeconds, signal });
  await write(terminal.out, `${printable(leadership.key)}\t${printable(Buffer.from(value))}\n`);
  const either = AbortSignal.any([leadership.lost, signal]);
  await new Promise<void>((resolve) => {
    if (either.aborted) resolve();
    else either.addEventListener("abort", () => resolve(), { once: true });
  });
  if (signal.aborted) return EXIT.ok;
  await write(terminal.err, "error LEASE_LOST: somebody else may lead\n");
  return EXIT.unavailable;
}

async function observe(
  terminal: Terminal,
  store: Holdfast,
  { name, options, signal }: Asked,
): Promise<number> {
  for await (const leader of store.observe(name, { signal })) {
    await write(terminal.out, `${leaderLine(leader, options)}\n`);
  }
  return EXIT.ok;
}

function leaderLine(leader: Entry | undefined, { output }: GivenGlobals): string {
  if (output === "json") {
    return JSON.stringify(leader === undefined ? {} : { kv: entryJson(leader) });
  }
  if (leader === undefined) return "nobody";
  return `${printable(leader.keyBytes)}\t${printable(leader.value)}`;
}
