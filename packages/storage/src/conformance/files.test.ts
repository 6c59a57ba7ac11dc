import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodeFiles } from "../files/node-files.ts";
import type { Files } from "../files.ts";
import { MemoryFiles } from "../memory/memory-files.ts";
import { FILES_PROPERTIES } from "./files-properties.ts";

const implementations: Record<string, () => Promise<Files>> = {
  memory: async () => new MemoryFiles(),
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

test("a copy of memory files does not change with the original", async () => {
  const files = new MemoryFiles();
  const file = await files.open("file", { create: true, durableWrites: true });
  await file.writeAt(0, Uint8Array.of(1));

  const copy = files.clone();
  await file.writeAt(0, Uint8Array.of(2));

  expect([...copy.bytes("file")]).toEqual([1]);
  expect([...files.bytes("file")]).toEqual([2]);
});
