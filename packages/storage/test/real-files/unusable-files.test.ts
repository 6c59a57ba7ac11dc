import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FilesUnusableError } from "../../src/files/files-unusable.ts";
import { nodeFiles } from "../../src/files/node-files.ts";
import { openLevelEngine } from "../../src/level/level-engine.ts";

const A_DIRECTORY = "a directory stands where a file should be";
const A_FILE = "a file stands where a directory should be";
const OPENED = { create: true, durableWrites: false };

async function emptyDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "holdfast-unusable-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** How it is refused: a text that names the place and says what to do. */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  const failure = await attempt.then(
    () => "it was not refused",
    (reason: unknown) => reason,
  );
  expect(failure).toBeInstanceOf(FilesUnusableError);
  expect(String(failure)).toContain("remove the node's whole directory");
  return String(failure);
}

test("a directory where a file of the log should be", async () => {
  const root = await emptyDirectory();
  mkdirSync(join(root, "file"));

  const text = await refusal(nodeFiles(root).open("file", OPENED));

  expect(text).toContain(`${join(root, "file")} cannot be used: ${A_DIRECTORY}`);
});

test("a file where the directory of the log should be", async () => {
  const root = await emptyDirectory();
  writeFileSync(join(root, "wal"), "x");

  expect(await refusal(nodeFiles(root).list("wal"))).toContain(
    `${join(root, "wal")} cannot be used: ${A_FILE}`,
  );
});

test.each([
  ["its log", "000003.log", A_DIRECTORY],
  ["the name of its manifest", "CURRENT", "CURRENT"],
  ["its lock", "LOCK", "LOCK"],
])("a state of which %s is a directory", async (_, name, why) => {
  const directory = join(await emptyDirectory(), "state.1");
  const engine = await openLevelEngine(directory);
  await engine.writeDurably([{ key: "a", value: Uint8Array.of(1) }]);
  await engine.close();
  rmSync(join(directory, name));
  mkdirSync(join(directory, name));

  const text = await refusal(openLevelEngine(directory));

  expect(text).toContain(`${directory} cannot be used: `);
  expect(text).toContain(why);
});

test("a state of which the manifest is gone", async () => {
  const directory = join(await emptyDirectory(), "state.1");
  await (await openLevelEngine(directory)).close();
  rmSync(join(directory, "MANIFEST-000002"));

  expect(await refusal(openLevelEngine(directory).then((engine) => engine.close()))).toContain(
    "MANIFEST",
  );
});

test("a state whose place is a file", async () => {
  const directory = join(await emptyDirectory(), "state.1");
  writeFileSync(directory, "x");

  expect(await refusal(openLevelEngine(directory))).toContain(directory);
});
