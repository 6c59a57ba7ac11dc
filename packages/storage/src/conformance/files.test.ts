import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodeFiles } from "../files/node-files.ts";
import type { Files } from "../files.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { DiskFullError } from "../storage-errors.ts";
import { FILES_PROPERTIES } from "./files-properties.ts";

const implementations: Record<string, () => Promise<Files>> = {
  memory: async () => new MemoryFiles(),
  "limited memory": async () => new MemoryFiles({ capacityBytes: 1024 * 1024 }),
  node: async () => {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-files-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    return nodeFiles(directory);
  },
};

describe.each(Object.entries(implementations))("%s files", (_name, open) => {
  test.each(FILES_PROPERTIES)("$name", async ({ holds }) => {
    const files = await open();

    expect(await holds(files)).toBe(true);
  });
});

test("memory files with a capacity are full like a disk, and have room again", async () => {
  const files = new MemoryFiles({ capacityBytes: 10 });
  const file = await files.open("file", { create: true, durableWrites: true });
  await file.writeAt(0, new Uint8Array(8));

  await expect(file.writeAt(8, new Uint8Array(3))).rejects.toBeInstanceOf(DiskFullError);
  await file.writeAt(0, new Uint8Array(8));
  expect(await files.freeBytes()).toBe(2);

  files.capacityBytes = 20;
  await file.writeAt(8, new Uint8Array(3));
  expect(await files.freeBytes()).toBe(9);
});

test("a copy of memory files does not change with the original", async () => {
  const files = new MemoryFiles();
  const file = await files.open("file", { create: true, durableWrites: true });
  await file.writeAt(0, Uint8Array.of(1));

  const copy = files.clone();
  await file.writeAt(0, Uint8Array.of(2));

  expect([...copy.bytes("file")]).toEqual([1]);
  expect([...files.bytes("file")]).toEqual([2]);
});
