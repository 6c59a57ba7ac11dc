import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { below, equalBytes, type Random } from "@holdfast/base";
import { type FuzzTarget, mutateBytes, pick, worldTarget } from "@holdfast/base/fuzz";
import type { Engine } from "../../src/engine.ts";
import { FilesUnusableError } from "../../src/files/files-unusable.ts";
import { openLevelEngine } from "../../src/level/level-engine.ts";
import { StateDamagedError } from "../../src/storage-errors.ts";

const ROWS = 400;
const VALUE_BYTES = 900;
/** So small that there are tables beside the log. */
const OPTIONS = { writeBufferSize: 64 * 1024, compression: false };
const TABLE = ".ldb";
const ALL = { from: "", to: "\xff", limit: Number.POSITIVE_INFINITY };

const root = mkdtempSync(join(tmpdir(), "holdfast-fuzzed-state-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
const whole = join(root, "whole");
await makeState(whole);
const FILES = readdirSync(whole).filter((name) => !name.endsWith(TABLE));

async function makeState(directory: string): Promise<void> {
  const engine = await openLevelEngine(directory, OPTIONS);
  for (let at = 0; at < ROWS; at += 10) {
    const rows = Array.from({ length: 10 }, (_, more) => at + more);
    await engine.writeDurably(rows.map((row) => ({ key: keyOf(row), value: valueAt(row) })));
  }
  await engine.close();
}

function keyOf(row: number): string {
  return `row ${String(row).padStart(4, "0")}`;
}

/** Tells the row in each of its bytes, so that one of another row, or a changed one, is noticed. */
function valueAt(row: number): Uint8Array {
  return Uint8Array.from({ length: VALUE_BYTES }, (_, at) => row * 7 + (row >> 8) + at * 13);
}

/**
 * One file of a state is not what was written: it is refused by name, or no row is another than
 * it was. But for tables, which LevelDB reads without their checksums: it gives what it finds
 * there, or ends the process at an assertion (docs/status.md).
 */
async function openDamaged(random: Random): Promise<void> {
  const directory = mkdtempSync(join(root, "damaged-"));
  try {
    cpSync(whole, directory, { recursive: true });
    const path = join(directory, pick(random, FILES));
    writeFileSync(path, damaged(random, readFileSync(path)));
    const engine = await openLevelEngine(directory, OPTIONS);
    try {
      await readAll(engine);
    } finally {
      await engine.close();
    }
  } catch (failure) {
    const isNamed = failure instanceof StateDamagedError || failure instanceof FilesUnusableError;
    if (!isNamed) throw failure;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Few bytes of a file, or its end; a file is too long for changes anywhere to matter. */
function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const from = below(random, bytes.length);
  const part = bytes.slice(from, from + 64);
  const changed = mutateBytes(random, [part]);
  if (below(random, 4) > 0) {
    const copy = Uint8Array.from(bytes);
    copy.set(changed.subarray(0, part.length), from);
    return copy;
  }
  return Uint8Array.from([...bytes.slice(0, from), ...changed]);
}

async function readAll(engine: Engine): Promise<void> {
  for (const { key, value } of await engine.scan(ALL)) expectRow(key, value);
  for (let row = 0; row < ROWS; row += 9) {
    const value = engine.getSync(keyOf(row));
    if (value !== undefined) expectRow(keyOf(row), value);
  }
}

function expectRow(key: string, value: Uint8Array): void {
  const row = Number(key.slice(4));
  if (key === keyOf(row) && row < ROWS && equalBytes(value, valueAt(row))) return;
  throw new Error(`${JSON.stringify(key)} came back changed`);
}

export const STATE_TARGETS: readonly FuzzTarget[] = [
  worldTarget({ name: "damaged-state", runs: 30, live: openDamaged }),
];
