import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toByteString } from "@holdfast/base";
import { openLevelEngine, type RowChange } from "@holdfast/storage";
import { expect, test } from "vitest";

const MIB = 1024 * 1024;
const ROWS = 64;

test("what is deleted leaves LevelDB's disk, once nobody reads the state before", async () => {
  const directory = await mkdtemp(join(tmpdir(), "give-back-"));
  const engine = await openLevelEngine(directory, { writeBufferSize: MIB });
  try {
    const keys = Array.from({ length: ROWS }, (_, at) => toByteString(Buffer.from(`key ${at}`)));
    await engine.writeDurably(keys.map((key) => ({ key, value: randomBytes(MIB / 8) })));
    const before = engine.snapshot();
    await engine.writeDurably(keys.map((key): RowChange => ({ key, value: undefined })));

    const younger = engine.snapshot();
    const held = await engine.giveBack?.();
    expect(await engine.approximateBytes()).toBeGreaterThan((ROWS / 8) * MIB * 0.9);

    await before.close();
    await held?.heldUntil;
    // One that was taken since then holds nothing.
    expect(await engine.giveBack?.()).toEqual({ heldUntil: undefined });
    await younger.close();
    expect(await engine.approximateBytes()).toBeLessThan(MIB);
  } finally {
    await engine.close();
    await rm(directory, { recursive: true });
  }
});
