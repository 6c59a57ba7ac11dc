import type { Holdfast } from "@holdfast/client";
import { endpointsOf, type GivenGlobals, timeoutOf } from "./global-options.ts";
import type { Terminal } from "./terminal.ts";

/** Connects, does `work`, and closes whatever comes of it. */
export async function withStore<T>(
  terminal: Terminal,
  globals: GivenGlobals,
  work: (store: Holdfast) => Promise<T>,
): Promise<T> {
  const timeoutMs = timeoutOf(globals);
  // Loaded late: `up` and `serve` start sooner without it.
  const { connect } = await import("@holdfast/client");
  await using store = await connect(endpointsOf(globals, terminal), {
    timeoutMs,
    callTimeoutMs: timeoutMs,
  });
  return await work(store);
}
