import { silentLogger } from "@holdfast/base";
import { expect, test } from "vitest";
import { MemoryFiles } from "../memory/memory-files.ts";
import { BALLAST_PATH, Ballast } from "./ballast.ts";

const BYTES = 3_000_000;

function openOn(files: MemoryFiles): Promise<Ballast> {
  return Ballast.open({ files, logger: silentLogger, bytes: BYTES });
}

async function made(files: MemoryFiles): Promise<Ballast> {
  const ballast = await openOn(files);
  ballast.make();
  await ballast.idle();
  return ballast;
}

test("the ballast takes its bytes from the disk and gives them back once", async () => {
  const files = new MemoryFiles({ capacityBytes: BYTES });
  const ballast = await made(files);
  expect(await files.freeBytes()).toBe(0);

  const given = [await ballast.release(), await ballast.release()];

  expect(given).toEqual([true, false]);
  expect(await files.freeBytes()).toBe(BYTES);
});

test("a ballast is found again, and half of one is removed", async () => {
  const files = new MemoryFiles();
  await made(files);
  const half = files.clone();
  half.replace(BALLAST_PATH, new Uint8Array(BYTES - 1));

  expect((await openOn(files)).isThere).toBe(true);
  expect((await openOn(half)).isThere).toBe(false);
  expect(half.paths()).toEqual([]);
});

test("a ballast for which there is no room leaves nothing behind", async () => {
  const files = new MemoryFiles({ capacityBytes: BYTES - 1 });

  const ballast = await made(files);

  expect(ballast.isThere).toBe(false);
  expect(files.paths()).toEqual([]);
});

test("a ballast that is needed while it is being made is given up", async () => {
  const files = new MemoryFiles();
  const ballast = await openOn(files);
  ballast.make();

  await ballast.release();

  expect(ballast.isThere).toBe(false);
  expect(files.paths()).toEqual([]);
});
