import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import { expect, onTestFinished, test, vi } from "vitest";
import * as storage from "../../src/index.ts";
import { type Mutant, storageWith } from "../power-cut/mutant.ts";

/** Nothing but a power cut could tell from outside, so the binding is asked; the simulated disk shows what it would cost. */
const UNSYNCED: Mutant = {
  file: "packages/storage/src/level/level-engine.ts",
  line: "batch.write({ sync: true })",
  instead: "batch.write({ sync: false })",
};

/** Whether each batch was handed to LevelDB to be synced, of several written in all ways there are. */
async function synced({ openLevelEngine }: Pick<typeof storage, "openLevelEngine">) {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-synced-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const options: unknown[] = [];
  const begin = Level.prototype.batch;
  const spied = vi.spyOn(Level.prototype, "batch").mockImplementation(function (this: Level) {
    const batch = begin.call(this);
    const write = batch.write.bind(batch);
    batch.write = (given: object = {}) => {
      options.push("sync" in given && given.sync === true);
      return write(given);
    };
    return batch as never;
  });
  try {
    const engine = await openLevelEngine(directory);
    await engine.writeDurably([{ key: "a", value: Uint8Array.of(1) }]);
    await engine.writeDurably([{ key: "a", value: undefined }]);
    const many = Array.from({ length: 2_500 }, (_, at) => ({
      key: `k${at}`,
      value: Uint8Array.of(1),
    }));
    await engine.writeDurably(many);
    await engine.close();
  } finally {
    spied.mockRestore();
  }
  return options;
}

test("every batch of the state is synced", async () => {
  expect(await synced(storage)).toEqual([true, true, true]);
});

test("a batch that is not synced is seen", async () => {
  expect(await synced(await storageWith(UNSYNCED))).toEqual([false, false, false]);
});
