import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Engine } from "../engine.ts";
import { openLevelEngine } from "../level/level-engine.ts";
import { MemoryEngine } from "../memory/memory-engine.ts";
import { ENGINE_PROPERTIES } from "./engine-properties.ts";

const implementations: Record<string, () => Promise<Engine>> = {
  memory: async () => new MemoryEngine(),
  LevelDB: async () => {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-engine-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    return openLevelEngine(directory);
  },
};

describe.each(Object.entries(implementations))("%s engine", (_name, open) => {
  test.each(ENGINE_PROPERTIES)("$name", async ({ holds }) => {
    const engine = await open();
    onTestFinished(() => engine.close());

    expect(await holds(engine)).toBe(true);
  });
});
