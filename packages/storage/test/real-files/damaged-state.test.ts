import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLevelEngine } from "../../src/level/level-engine.ts";
import { StateDamagedError } from "../../src/storage-errors.ts";

/** So large that each of LevelDB's blocks of 32 KiB has two or three batches, and some lie in two. */
const BATCH_BYTES = 12_000;
const BATCHES = 14;
const APPLIED = "z applied";
const TIMEOUT = { timeout: 60_000 };

let root: string;
/** LevelDB's files after all batches, by name. */
const whole = new Map<string, Uint8Array>();
let logName = "";
let log: Uint8Array;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "holdfast-damaged-state-"));
  const directory = join(root, "whole");
  const engine = await openLevelEngine(directory);
  for (let batch = 1; batch <= BATCHES; batch++) {
    await engine.writeDurably([
      {
        key: `row ${String(batch).padStart(2, "0")}`,
        value: new Uint8Array(BATCH_BYTES).fill(batch),
      },
      { key: APPLIED, value: Uint8Array.of(batch) },
    ]);
  }
  await engine.close();
  for (const name of readdirSync(directory)) whole.set(name, readFileSync(join(directory, name)));
  logName = [...whole.keys()].find((name) => name.endsWith(".log")) ?? "";
  log = Uint8Array.from(whole.get(logName) ?? []);
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** How many batches are there, one behind the other; or refused by name; or a text that tells what is wrong. */
async function outcome(damaged: Uint8Array): Promise<number | "refused" | string> {
  const directory = join(root, "damaged");
  mkdirSync(directory);
  for (const [name, bytes] of whole) writeFileSync(join(directory, name), bytes);
  writeFileSync(join(directory, logName), damaged);
  try {
    const engine = await openLevelEngine(directory);
    try {
      const applied = engine.getSync(APPLIED)?.[0] ?? 0;
      const rows = await engine.scan({ from: "row", to: "row~", limit: 100 });
      const found = rows.map(({ key, value }) => `${Number(key.slice(4))}:${value[0]}`).join();
      const expected = Array.from({ length: applied }, (_, at) => `${at + 1}:${at + 1}`).join();
      return found === expected ? applied : `applied ${applied}, but rows ${found}`;
    } finally {
      await engine.close();
    }
  } catch (failure) {
    if (failure instanceof StateDamagedError) return "refused";
    throw failure;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("the log of the state spans several blocks", async () => {
  expect(log.length).toBeGreaterThan(4 * 32_768);
  expect(await outcome(log)).toBe(BATCHES);
});

test("a byte that is flipped in a batch that others follow: it is refused", TIMEOUT, async () => {
  for (let at = 5; at < log.length - BATCH_BYTES - 100; at += 1_103) {
    const flipped = log.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));

    expect([at, await outcome(flipped)]).toEqual([at, "refused"]);
  }
});

test("a byte that is flipped in the last batch: all before it is there", TIMEOUT, async () => {
  for (let at = log.length - BATCH_BYTES + 100; at < log.length; at += 2_003) {
    const flipped = log.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 1;

    expect([at, await outcome(flipped)]).toEqual([at, BATCHES - 1]);
  }
});

test(
  "a log that is cut anywhere, or ends with zeros: the batches before are there",
  TIMEOUT,
  async () => {
    for (let at = 0; at <= log.length; at += 5_501) {
      const before = Math.floor(at / (log.length / BATCHES));
      const seen = [await outcome(log.slice(0, at)), await outcome(log.slice().fill(0, at))];
      for (const found of seen) expect([before, before - 1]).toContain(found);
    }
  },
);

test("a last batch of which sectors are missing is torn, not damaged", TIMEOUT, async () => {
  const torn = log.slice();
  torn.fill(0, log.length - BATCH_BYTES, log.length - BATCH_BYTES / 2);

  expect(await outcome(torn)).toBe(BATCHES - 1);
});
