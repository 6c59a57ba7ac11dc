import { HoldfastError, messageOf, type Outcome } from "@holdfast/base";
import type { ResolvedNodeConfig } from "@holdfast/config";
import type { RunningNode } from "@holdfast/server";
import { watchStopSignals } from "../stop-signals.ts";
import type { NodeMessage } from "../up/node-message.ts";
import { letHeapGrow } from "./heap-growth.ts";

/** A stop that takes longer than this is given up, ms: nothing may keep a node alive that nobody wants. */
const STOP_MS_MAX = 10_000;

/** The node ended by itself. */
export class NodeFailedError extends HoldfastError {
  readonly code = "NODE_FAILED";
  readonly outcome: Outcome = "unknown";
  readonly retryable = false;
}

/**
 * Runs one node until a signal, the end of the IPC channel, or a failure.
 *
 * @throws NodeFailedError if it stopped by itself; whatever kept it from starting.
 */
export async function serveNode(
  resolved: ResolvedNodeConfig,
  { bootstrap }: { readonly bootstrap: boolean },
): Promise<void> {
  const stopRequested = new Promise<void>((resolve) => {
    const stop = () => {
      setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
      resolve();
    };
    watchStopSignals({ stop, force: () => process.exit(1) });
    // The supervisor is gone, however it ended.
    process.once("disconnect", stop);
  });

  try {
    // Loaded late: a `get` should not pay for the server.
    const { runNode } = await import("@holdfast/server");
    // After it: with other flags V8 would not take what was compiled ahead.
    letHeapGrow();
    const { config, node, logLevel } = resolved;
    const running = await runNode({ config, node, bootstrap, logLevel });
    running.onStatus((standing) => tell({ kind: "standing", ...standing }));
    tell({ kind: "ready" });
    await Promise.race([stopRequested.then(() => running.stop()), ended(running)]);
  } catch (failure) {
    tell({ kind: "failed", message: messageOf(failure) });
    throw failure;
  } finally {
    if (process.connected) process.disconnect();
  }
}

async function ended(running: RunningNode): Promise<void> {
  const { reason, message } = await running.stopped;
  if (reason === "failed") throw new NodeFailedError(message ?? "the node stopped by itself");
}

function tell(message: NodeMessage): void {
  // Losing the channel ends the node by "disconnect"; a failed send adds nothing to that.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
