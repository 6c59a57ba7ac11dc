import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FIRST_GROUP } from "@holdfast/base";
import { rowLayout } from "@holdfast/state-machine";
import { openLevelEngine } from "@holdfast/storage";
import type { NodeProcess } from "./node-process.ts";

const ROWS_MAX = 1_000;

/**
 * Changes a value in the state of a node that does not run, as rot that no checksum finds: the last byte of its
 * newest block of events. The node stopped in order before, or its log would write the block anew.
 */
export async function damageState(node: NodeProcess): Promise<void> {
  const states = (await readdir(node.data)).filter((name) => /^state\.\d+$/.test(name));
  const [state, ...others] = states;
  if (state === undefined || others.length > 0)
    throw new Error(`${states.length} states are there`);
  const engine = await openLevelEngine(join(node.data, state));
  try {
    const { blockPrefix: from, blockEnd: to } = rowLayout(FIRST_GROUP);
    const block = (await engine.scan({ from, to, limit: ROWS_MAX })).at(-1);
    if (block === undefined) throw new Error("no block is there");
    const value = Uint8Array.from(block.value);
    const last = value.length - 1;
    value[last] = (value[last] ?? 0) ^ 1;
    await engine.writeDurably([{ key: block.key, value }]);
  } finally {
    await engine.close();
  }
}
