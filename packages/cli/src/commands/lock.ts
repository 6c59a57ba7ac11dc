import { messageOf, toHex } from "@holdfast/base";
import type { Lock } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { runWhile } from "../locks/run-while.ts";
import { printable } from "../output/printable.ts";
import { untilStopSignal } from "../stop-signals.ts";
import { type Terminal, write } from "../terminal.ts";
import { withStore } from "../with-store.ts";

export interface LockOptions extends GivenGlobals {
  readonly ttl?: string | undefined;
}

/** A day, s. */
const TTL_SECONDS_MAX = 86_400;

/**
 * Waits for a lock and holds it: while a command runs, or until it is told to stop.
 *
 * @returns the command's exit status; 4 where the lock was lost
 */
export function lock(
  terminal: Terminal,
  name: string,
  command: readonly string[],
  options: LockOptions,
): Promise<number> {
  const ttlSeconds = wholeNumber("--ttl", options.ttl ?? "10", 2, TTL_SECONDS_MAX);
  return withStore(terminal, options, async (store) => {
    const stop = untilStopSignal();
    try {
      const held = await store.lock(name, { ttlSeconds, signal: stop.signal });
      try {
        return await hold(terminal, held, { command, stop: stop.signal });
      } finally {
        await held.release().catch((failure: unknown) => {
          terminal.err.write(`the lock ends with its lease: ${messageOf(failure)}\n`);
        });
      }
    } catch (failure) {
      if (stop.signal.aborted) return EXIT.ok;
      throw failure;
    } finally {
      stop.forget();
    }
  });
}

async function hold(
  terminal: Terminal,
  held: Lock,
  { command, stop }: { readonly command: readonly string[]; readonly stop: AbortSignal },
): Promise<number> {
  const either = AbortSignal.any([held.lost, stop]);
  if (command.length > 0) {
    const code = await runWhile(terminal, command, either, {
      HOLDFAST_LOCK_KEY: printable(held.key),
      HOLDFAST_LOCK_KEY_HEX: toHex(held.key),
      HOLDFAST_LOCK_TOKEN: String(held.token),
    });
    return held.lost.aborted ? lost(terminal) : code;
  }
  await write(terminal.out, `${printable(held.key)}\n`);
  await aborted(either);
  return held.lost.aborted ? lost(terminal) : EXIT.ok;
}

async function lost(terminal: Terminal): Promise<number> {
  await write(terminal.err, "error LEASE_LOST: the lock may be somebody else's\n");
  return EXIT.unavailable;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
