import { expect, test } from "vitest";
import { MemoryFiles } from "../memory/memory-files.ts";
import { StateDirectories } from "./state-directories.ts";

async function filesWith(directories: readonly string[]): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  for (const directory of directories) {
    await files.makeDirectory(directory);
    files.replace(`${directory}/000001.ldb`, Uint8Array.of(1));
  }
  return files;
}

test("every state but the one that the log names goes, and nothing else", async () => {
  const files = await filesWith(["state.1", "state.2", "state.10", "store", "wal", "state.old"]);

  const removed = await new StateDirectories(files).keepOnly("state.2");

  expect([...removed].sort()).toEqual(["state.1", "state.10"]);
  expect((await files.list("")).toSorted()).toEqual(["state.2", "state.old", "store", "wal"]);
});

test("a new state gets a name of its own each time, above the one that counts", async () => {
  const directories = new StateDirectories(await filesWith(["state.7"]));
  await directories.keepOnly("state.7");

  expect([directories.next(), directories.next()]).toEqual(["state.8", "state.9"]);
});

test("a state can be removed, also where it is not there", async () => {
  const files = await filesWith(["state.1", "state.2"]);
  const directories = new StateDirectories(files);

  await directories.remove("state.2");
  await directories.remove("state.3");

  expect(await files.list("")).toEqual(["state.1"]);
});

test("a name that is no state's is a mistake of the caller", async () => {
  const directories = new StateDirectories(new MemoryFiles());

  await expect(directories.keepOnly("wal")).rejects.toThrow("wal is a state's directory");
  expect(() => directories.remove("state.1/../wal")).toThrow("is a state's directory");
});
