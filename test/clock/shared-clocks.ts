import { join } from "node:path";
import {
  type NodeProcess,
  requireTool,
  ShiftedClock,
  type TemporaryDirectory,
  temporaryDirectory,
} from "@holdfast/testkit";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { isThere } from "../is-there.ts";

const NODES = ["n1", "n2", "n3"];

/** A clock on the wall for each node. */
export interface NodeClocks {
  /** n1 first. */
  readonly all: readonly ShiftedClock[];
  of(node: NodeProcess): ShiftedClock;
}

/** Those for all tests of a file, right again behind each. `undefined` where the tool is missing: then the tests are skipped. */
export function sharedClocks(): () => NodeClocks | undefined {
  let directory: TemporaryDirectory | undefined;
  let clocks: NodeClocks | undefined;
  beforeAll(async () => {
    if (!isThere("faketime")) return;
    directory = await temporaryDirectory();
    const { path } = directory;
    const all = await Promise.all(NODES.map((id) => ShiftedClock.at(join(path, id))));
    clocks = { all, of: (node) => clockOf(all, node) };
  });
  beforeEach((context) => requireTool("faketime", context));
  afterEach(async () => {
    for (const clock of clocks?.all ?? []) await clock.shift(0);
  });
  afterAll(async () => directory?.remove());
  return () => clocks;
}

function clockOf(all: readonly ShiftedClock[], { id }: NodeProcess): ShiftedClock {
  const clock = all[NODES.indexOf(id)];
  if (clock === undefined) throw new Error(`${id} has no clock of its own`);
  return clock;
}
