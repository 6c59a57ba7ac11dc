import { loadClusterConfig, type NodeFlags, resolveNodeConfig } from "@holdfast/config";
import { EXIT } from "../exit-codes.ts";
import { serveNode } from "../serve/serve-node.ts";
import type { Terminal } from "../terminal.ts";

export interface ServeOptions extends NodeFlags {
  readonly config: string;
  readonly node: string;
  readonly bootstrap?: boolean | undefined;
}

/** Runs one node of a cluster's file in this process, until a signal ends it. */
export async function serve(terminal: Terminal, options: ServeOptions): Promise<number> {
  const config = await loadClusterConfig(options.config);
  const resolved = resolveNodeConfig({
    config,
    nodeId: options.node,
    flags: options,
    env: terminal.env,
  });
  await serveNode(resolved, { bootstrap: options.bootstrap ?? false });
  return EXIT.ok;
}
