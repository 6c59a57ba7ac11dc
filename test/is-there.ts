import { requireTool } from "@holdfast/testkit";

/** Whether a tool can be used, for hooks, which cannot skip. @throws Error if it must be there and is not. */
export function isThere(tool: string): boolean {
  let found = true;
  requireTool(tool, {
    skip: () => {
      found = false;
    },
  });
  return found;
}
