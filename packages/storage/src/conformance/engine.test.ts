import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@holdfast/base";
import { describe, expect, onTestFinished, test } from "vitest";
import { FullDisk } from "../../test/full-disk.ts";
import { ManualClock } from "../../test/manual-time.ts";
import type { Engine } from "../engine.ts";
import { openLevelEngine } from "../level/level-engine.ts";
import { MemoryEngine } from "../memory/memory-engine.ts";
import { EngineWithBallast } from "../space/engine-with-ballast.ts";
import { ENGINE_PROPERTIES } from "./engine-properties.ts";

const implementations: Record<string, () => Promise<Engine>> = {
  memory: async () => new MemoryEngine(),
  "memory with a ballast": () => {
    const disk = new FullDisk();
    return EngineWithBallast.open({
      open: () => disk.open(),
      place: "memory",
      ballast: disk,
      freeBytes: async () => undefined,
      clock: new ManualClock(),
      logger: silentLogger,
    });
  },
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
