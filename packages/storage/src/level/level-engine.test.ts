import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DirectoryLockedError, StateDamagedError } from "../storage-errors.ts";
import { openLevelEngine } from "./level-engine.ts";

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-level-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test("a directory is refused while somebody has it open, and free again afterwards", async () => {
  const directory = await newDirectory();
  const first = await openLevelEngine(directory);

  await expect(openLevelEngine(directory)).rejects.toBeInstanceOf(DirectoryLockedError);

  await first.close();
  const second = await openLevelEngine(directory);
  await second.close();
});

test("rows are there after the engine was closed and opened", async () => {
  const directory = await newDirectory();
  const first = await openLevelEngine(directory);
  await first.writeDurably([{ key: "a", value: Uint8Array.of(1) }]);
  await first.close();

  const second = await openLevelEngine(directory);

  expect(second.getSync("a")).toEqual(Buffer.of(1));
  expect(await second.approximateBytes()).toBeGreaterThan(0);
  await second.close();
});

test("damaged files are refused as such", async () => {
  const directory = await newDirectory();
  const engine = await openLevelEngine(directory);
  await engine.writeDurably([{ key: "a", value: Uint8Array.of(1) }]);
  await engine.close();
  const manifest = (await readdir(directory)).find((name) => name.startsWith("MANIFEST"));
  const path = join(directory, manifest ?? "");
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0x55));

  await expect(openLevelEngine(directory)).rejects.toBeInstanceOf(StateDamagedError);
});

test("a snapshot left open does not keep the engine from closing", async () => {
  const engine = await openLevelEngine(await newDirectory());
  const snapshot = engine.snapshot();

  await engine.close();

  await expect(snapshot.scan({ from: "", to: "z", limit: 1 })).rejects.toThrow();
  await snapshot.close();
});
