import { SeededRandom } from "@holdfast/base";
import { describe, expect, onTestFinished, test } from "vitest";
import { ENGINE_PROPERTIES } from "../conformance/engine-properties.ts";
import { FILES_PROPERTIES } from "../conformance/files-properties.ts";
import type { StoreFile } from "../files.ts";
import { type Crash, CrashDisk, type CrashDiskOptions } from "./crash-disk.ts";
import type { Lie } from "./disk-access.ts";

const DURABLE = { create: true, durableWrites: true };
const CACHED = { create: true, durableWrites: false };
const SEEDS = 200;

function newDisk(options: Partial<CrashDiskOptions> = {}): CrashDisk {
  return new CrashDisk({ random: new SeededRandom(1), ...options });
}

describe("while nothing crashes it is a disk as any other", () => {
  test.each(FILES_PROPERTIES)("files: $name", async ({ holds }) => {
    expect(await holds(newDisk().boot().files)).toBe(true);
  });

  test.each(ENGINE_PROPERTIES)("engine: $name", async ({ holds }) => {
    const engine = await newDisk().boot().openEngine("state.1");
    onTestFinished(() => engine.close());

    expect(await holds(engine)).toBe(true);
  });
});

/** What a file of four sectors of 1 holds after somebody wrote 2 over it and the machine crashed: a digit for each sector. */
async function overwritten(
  crash: Crash,
  { durably = false, synced = false, ...options }: Overwriting = {},
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const disk = new CrashDisk({ random: new SeededRandom(seed), ...options });
    const { files } = disk.boot();
    const first = await files.open("file", CACHED);
    await first.writeAt(0, new Uint8Array(2_048).fill(1));
    await first.sync();
    await files.syncDirectory("");
    const file = await files.open("file", durably ? DURABLE : CACHED);
    await file.writeAt(0, new Uint8Array(2_048).fill(2));
    if (synced) await file.sync();
    disk.crash(crash);
    seen.add(await sectors(await disk.boot().files.open("file", CACHED)));
  }
  return seen;
}

interface Overwriting extends Partial<CrashDiskOptions> {
  readonly durably?: boolean;
  readonly synced?: boolean;
}

async function sectors(file: StoreFile): Promise<string> {
  const bytes = await file.readAt(0, 4_096);
  return Array.from({ length: bytes.length / 512 }, (_, at) => bytes[at * 512]).join("");
}

test("a killed process leaves all that it wrote", async () => {
  expect([...(await overwritten("kill"))]).toEqual(["2222"]);
});

test("a power cut leaves any sectors of what was not durable", async () => {
  const seen = await overwritten("power cut");

  expect(seen.size).toBe(16);
  expect([...seen].every((digits) => /^[12]{4}$/.test(digits))).toBe(true);
});

test.each([{ durably: true }, { synced: true }])(
  "a power cut leaves what was durable: %o",
  async (how) => {
    expect([...(await overwritten("power cut", how))]).toEqual(["2222"]);
    const lying = await overwritten("power cut", { ...how, lies: ["writes", "files"] });
    expect(lying.size).toBeGreaterThan(1);
  },
);

test("what a killed process wrote is not durable by that", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const disk = new CrashDisk({ random: new SeededRandom(seed) });
    const { files } = disk.boot();
    await (await files.open("file", CACHED)).writeAt(0, new Uint8Array(512).fill(1));
    await files.syncDirectory("");
    disk.crash("kill");
    disk.boot();
    disk.crash("power cut");
    seen.add(await sectors(await disk.boot().files.open("file", CACHED)));
  }
  expect([...seen].sort()).toEqual(["", "0", "1"]);
});

test("a power cut leaves any of the names that were not synced", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const disk = new CrashDisk({ random: new SeededRandom(seed) });
    const { files } = disk.boot();
    await files.open("a", DURABLE);
    await files.syncDirectory("");
    await files.rename("a", "b");
    await files.open("c", DURABLE);
    disk.crash("power cut");
    seen.add([...(await disk.boot().files.list(""))].sort().join(""));
  }
  expect([...seen].sort()).toEqual(["a", "ac", "b", "bc"]);
});

test("a process that crashed changes and reads nothing any more", async () => {
  const disk = newDisk();
  const { files, openEngine } = disk.boot();
  const file = await files.open("file", DURABLE);
  disk.crash("kill");
  disk.boot();

  await expect(file.writeAt(0, Uint8Array.of(1))).rejects.toThrow("the process is dead");
  await expect(file.readAt(0, 1)).rejects.toThrow("the process is dead");
  await expect(openEngine("state.1")).rejects.toThrow("the process is dead");
});

test("a crash comes in the midst of the change it was told", async () => {
  const disk = newDisk();
  const { files } = disk.boot();
  const file = await files.open("file", DURABLE);
  disk.crashAt(1, "kill");

  await file.writeAt(0, Uint8Array.of(1));
  await expect(file.writeAt(1, Uint8Array.of(2))).rejects.toThrow("the process is dead");

  expect(disk.isUp).toBe(false);
  const after = await disk.boot().files.open("file", DURABLE);
  expect([...(await after.readAt(0, 2))]).toEqual([1, 2]);
});

test("a change that fails may have come about, and the next one does not fail", async () => {
  const left = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const disk = new CrashDisk({ random: new SeededRandom(seed) });
    const { files } = disk.boot();
    const file = await files.open("file", DURABLE);
    await files.syncDirectory("");
    await file.writeAt(0, new Uint8Array(1_024).fill(1));
    disk.failAt(0);
    await expect(file.writeAt(0, new Uint8Array(512).fill(2))).rejects.toThrow("input/output");
    await file.writeAt(512, new Uint8Array(512).fill(2));
    disk.crash("power cut");
    left.add(await sectors(await disk.boot().files.open("file", DURABLE)));
  }
  expect([...left].sort()).toEqual(["12", "22"]);
});

test("batches that are not synced are lost by log, and what is left is no prefix", async () => {
  const left = async (lies: readonly Lie[]): Promise<ReadonlySet<string>> => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const disk = new CrashDisk({ random: new SeededRandom(seed), lies });
      const engine = await disk.boot().openEngine("state.1");
      for (const key of ["a", "b", "c", "d"]) {
        await engine.writeDurably([{ key, value: Uint8Array.of(1) }]);
      }
      await disk.boot().files.syncDirectory("");
      disk.crash("power cut");
      const again = await disk.boot().openEngine("state.1");
      const rows = await again.scan({ from: "", to: "z", limit: 9 });
      seen.add(rows.map(({ key }) => key).join(""));
    }
    return seen;
  };

  expect([...(await left([]))]).toEqual(["abcd"]);
  const unsynced = await left(["batches"]);
  expect(unsynced).toContain("");
  expect(unsynced).toContain("abcd");
  expect([...unsynced].some((keys) => !"abcd".startsWith(keys))).toBe(true);
});
