import type { Holdfast } from "@holdfast/client";
import { endpointsOf, type GivenGlobals, timeoutOf } from "./global-options.ts";
import type { Terminal } from "./terminal.ts";

/** Learning the other members is worth this much waiting, ms; without it, what was given is asked. */
const LEARN_MS = 1000;

/** The members' addresses as one of them tells; undefined if none does. */
export async function membersOf(
  endpoints: readonly string[],
  timeoutMs: number,
): Promise<readonly string[] | undefined> {
  try {
    const { connect } = await import("@holdfast/client");
    await using store = await connect(endpoints, { timeoutMs: Math.min(timeoutMs, LEARN_MS) });
    return store.endpoints.length > 0 ? store.endpoints : undefined;
  } catch {
    // A node without a leader may refuse a session; it can be asked all the same.
    return undefined;
  }
}

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
