import { PrivateNetwork, requireTool } from "@holdfast/testkit";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { isThere } from "../is-there.ts";

const TOOLS = ["netns", "iptables"] as const;
const NODES = 3;

/**
 * One network for all tests of a file, healed behind each. `undefined` where the tools for it are missing: then
 * the tests are skipped.
 */
export function sharedNetwork(): () => PrivateNetwork | undefined {
  let network: PrivateNetwork | undefined;
  beforeAll(async () => {
    if (TOOLS.every(isThere)) network = await PrivateNetwork.open(NODES);
  });
  beforeEach((context) => {
    for (const tool of TOOLS) requireTool(tool, context);
  });
  afterEach(async () => network?.heal());
  afterAll(async () => network?.[Symbol.asyncDispose]());
  return () => network;
}
