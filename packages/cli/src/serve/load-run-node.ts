import { loadFunction } from "../load-function.ts";
import type { RunNode } from "../ports/node-runner.ts";

/** Loads the server only where a node is run: a `get` should not pay for it. */
export async function loadRunNode(): Promise<RunNode> {
  return loadFunction<RunNode>(await import("@holdfast/server"), "runNode");
}
