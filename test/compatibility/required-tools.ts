import { requireTool, type SkippableTest } from "@holdfast/testkit";

/** Skips the test, visibly, where one of the tools is missing; see `requireTool`. */
export function requireEach(tools: readonly string[], test: SkippableTest): void {
  for (const tool of tools) requireTool(tool, test);
}

/** Whether tests that need them are run, for what has to be started before all of them. */
export function areThere(tools: readonly string[]): boolean {
  let missing = 0;
  requireEach(tools, { skip: () => missing++ });
  return missing === 0;
}
