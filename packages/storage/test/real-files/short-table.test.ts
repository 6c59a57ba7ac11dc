import { readdirSync, truncateSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FilesUnusableError } from "../../src/files/files-unusable.ts";
import { openLevelEngine } from "../../src/level/level-engine.ts";

const OPTIONS = { writeBufferSize: 64 * 1024, compression: false };

test("a table of a state that is cut short is told by its name, when it is read", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-short-table-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const engine = await openLevelEngine(directory, OPTIONS);
  for (let batch = 0; batch < 20; batch++) {
    await engine.writeDurably([{ key: `row ${batch}`, value: new Uint8Array(10_000).fill(batch) }]);
  }
  await engine.close();
  const table = readdirSync(directory).find((name) => name.endsWith(".ldb")) ?? "";
  truncateSync(join(directory, table), 100);

  const reading = readAll(directory);

  await expect(reading).rejects.toThrow(FilesUnusableError);
  await expect(reading).rejects.toThrow(directory);
});

async function readAll(directory: string): Promise<void> {
  const engine = await openLevelEngine(directory, OPTIONS);
  try {
    await engine.scan({ from: "", to: "\xff", limit: 1_000 });
  } finally {
    await engine.close();
  }
}
