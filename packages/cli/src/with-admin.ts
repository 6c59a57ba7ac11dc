import type { ClusterAdmin } from "@holdfast/client";
import { endpointsOf, type GivenGlobals, timeoutOf } from "./global-options.ts";
import type { Terminal } from "./terminal.ts";

/** Asks the cluster what only an operator asks, and closes whatever comes of it. */
export async function withAdmin<T>(
  terminal: Terminal,
  globals: GivenGlobals,
  work: (admin: ClusterAdmin, call: { readonly timeoutMs: number }) => Promise<T>,
): Promise<T> {
  const timeoutMs = timeoutOf(globals);
  const endpoints = endpointsOf(globals, terminal);
  // Loaded late: `up` and `serve` start sooner without it.
  const { connectAdmin } = await import("@holdfast/client");
  using admin = connectAdmin(endpoints);
  return await work(admin, { timeoutMs });
}

/** The leader as the node knows it that answered last; `undefined` where it knows none, or does not answer. */
export async function leaderAt(
  { endpoint }: ClusterAdmin,
  call: { readonly timeoutMs: number },
): Promise<number | undefined> {
  if (endpoint === undefined) return undefined;
  const { EtcdEndpoint } = await import("@holdfast/client");
  const node = new EtcdEndpoint(endpoint);
  try {
    const status = await node.status(call);
    return status.kind === "up" && status.leaderId !== 0 ? status.leaderId : undefined;
  } finally {
    node.close();
  }
}
