import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromByteString, silentLogger } from "@holdfast/base";
import { Level } from "level";
import { expect, onTestFinished, type TestContext, test } from "vitest";
import { nodeFiles } from "../../src/files/node-files.ts";
import { openLevelEngine } from "../../src/level/level-engine.ts";
import { Ballast } from "../../src/space/ballast.ts";
import { EngineWithBallast } from "../../src/space/engine-with-ballast.ts";
import { ManualClock } from "../manual-time.ts";

const MIB = 1024 * 1024;
const DISK_BYTES = 32 * MIB;
const BALLAST_BYTES = 8 * MIB;
const ROW = { key: "late", value: fromByteString("1") };
/** More than the pages that a full disk has still given out. */
const LARGE = Array.from({ length: 64 }, (_, at) => ({
  key: `large/${at}`,
  value: Uint8Array.from({ length: 16 * 1024 }, (_byte, place) => (place * place * at) & 255),
}));

/** A small disk of its own; skips the test where it cannot be had. */
async function smallDisk(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "holdfast-disk-"));
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", path]);
  onTestFinished(async () => {
    spawnSync("umount", ["--lazy", path]);
    await rm(path, { recursive: true, force: true });
  });
  if (mount.status !== 0) context.skip("needs tmpfs: run as root on Linux");
  return path;
}

/** Takes all that is free on the disk; the answer gives it back. */
async function fill(path: string): Promise<() => Promise<void>> {
  const filler = join(path, "filler");
  await writeFile(filler, new Uint8Array(DISK_BYTES)).catch(() => undefined);
  return () => rm(filler);
}

test("LevelDB itself says that batches behind one without room are durable, and forgets them", async (context) => {
  const path = await smallDisk(context);
  const open = (): Level => new Level(join(path, "plain"));
  const first = open();
  await first.put("early", "1", { sync: true });
  const free = await fill(path);
  await expect(first.put("full", "x".repeat(MIB), { sync: true })).rejects.toThrow();
  await free();
  await first.put("late", "1", { sync: true });
  await first.close();

  const second = open();

  expect(await second.getMany(["early", "late"])).toEqual(["1", undefined]);
  await second.close();
});

test("an engine takes nothing behind a batch without room; with a ballast it is opened anew and goes on", async (context) => {
  const path = await smallDisk(context);
  const files = nodeFiles(path);
  const ballast = await Ballast.open({ files, logger: silentLogger, bytes: BALLAST_BYTES });
  ballast.make();
  await ballast.idle();
  const alone = await openLevelEngine(join(path, "alone"));
  const saved = await EngineWithBallast.open({
    open: () => openLevelEngine(join(path, "saved")),
    place: "saved",
    ballast,
    freeBytes: () => files.freeBytes(),
    clock: new ManualClock(),
    logger: silentLogger,
    limits: { openBytes: 4 * MIB },
  });
  for (const engine of [alone, saved]) await engine.writeDurably([{ ...ROW, key: "early" }]);
  const free = await fill(path);

  await expect(alone.writeDurably(LARGE)).rejects.toMatchObject({ code: "DISK_FULL" });
  await saved.writeDurably(LARGE);
  await free();

  await expect(alone.writeDurably([ROW])).rejects.toMatchObject({ code: "DISK_FULL" });
  await saved.writeDurably([ROW]);
  const rows = await saved.scan({ from: "", to: "z", limit: 100, keysOnly: true });
  expect(rows.map(({ key }) => key).sort()).toEqual(
    ["early", "late", ...LARGE.map(({ key }) => key)].sort(),
  );
  expect(ballast.isThere).toBe(false);
  await alone.close();
  await saved.close();
  const again = await openLevelEngine(join(path, "saved"));
  expect(again.getSync("late")).toEqual(Buffer.from(ROW.value));
  await again.close();
});
