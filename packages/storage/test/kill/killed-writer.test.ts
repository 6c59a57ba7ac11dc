import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { below, type Random, SeededRandom, toByteString } from "@holdfast/base";
import { expect, onTestFinished, test } from "vitest";
import { nodeFiles } from "../../src/files/node-files.ts";
import { openLevelEngine } from "../../src/level/level-engine.ts";
import { openLog, readAll } from "../log-fixture.ts";

const WRITER = fileURLToPath(new URL("writer.mjs", import.meta.url));
const ROUNDS = 22;
/** So many rounds must show a writer that tells of its writes too early. */
const EARLY_ROUNDS = 10;
const SEED = Number(process.env["HOLDFAST_SEED"] ?? 1);
const SEGMENT_BYTES = 64 * 1024;

/** What the writers of all rounds have told. */
interface Told {
  last: number;
  term: number;
  vote: number | undefined;
  durable: number;
  lines: number;
}

/** Runs a writer and kills it within the write, or the start, that comes after some of its lines. */
async function killWriter(
  directory: string,
  random: Random,
  given: { readonly told: Told; readonly early: boolean },
): Promise<void> {
  const args = [WRITER, directory, String(random.uint32()), ...(given.early ? ["early"] : [])];
  const writer = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const complaints: string[] = [];
  writer.stderr.on("data", (text) => complaints.push(String(text)));
  // One in five does not come to its first write.
  let linesLeft = below(random, 5) === 0 ? 1 : 2 + below(random, 60);
  const reader = createInterface({ input: writer.stdout });
  reader.on("line", (line) => {
    take(given.told, line);
    linesLeft--;
    if (linesLeft === 0) kill(writer, below(random, 20));
  });
  const [code, signal] = await once(writer, "close");
  expect([code, signal, complaints.join("")]).toEqual([null, "SIGKILL", ""]);
}

/** After some turns of the event loop, so that it meets the writer anywhere. */
function kill(writer: ChildProcess, turns: number): void {
  if (turns === 0) writer.kill("SIGKILL");
  else setImmediate(() => kill(writer, turns - 1));
}

function take(told: Told, line: string): void {
  const [what, first, term, vote] = line.split(" ");
  told.lines++;
  if (what === "log")
    Object.assign(told, { last: Number(first), term: Number(term), vote: Number(vote) });
  if (what === "state") told.durable = Number(first);
}

/** @throws if anything is missing of what was told. */
async function check(directory: string, told: Told): Promise<void> {
  const { log } = await openLog(nodeFiles(directory), { segmentBytes: SEGMENT_BYTES });
  const engine = await openLevelEngine(join(directory, "state.1"));
  try {
    const { hardState, compacted } = log.head(1);
    const last = log.lastIndex(1);
    expect(last).toBeGreaterThanOrEqual(told.last);
    expect(hardState.term).toBeGreaterThanOrEqual(told.term);
    if (hardState.term === told.term) expect(hardState.vote).toBe(told.vote);
    expect(await readAll(log)).toHaveLength(last - compacted.index);

    const rows = await engine.scan({ from: "", to: "\xff", limit: 1_000 });
    const found = new Map(rows.map(({ key, value }) => [key, toByteString(value).split(" ")[0]]));
    const applied = Number(found.get("z applied") ?? 0);
    expect(applied).toBeGreaterThanOrEqual(Math.max(told.durable, compacted.index));
    expect(applied).toBeLessThanOrEqual(last);
    expect(found).toEqual(rowsAfter(applied));
    // What is there now is promised from now on.
    Object.assign(told, { last, term: hardState.term, vote: hardState.vote, durable: applied });
  } finally {
    await engine.close();
    await log.close();
  }
}

function rowsAfter(applied: number): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (let index = 1; index <= applied; index++) rows.set(`key ${index % 97}`, String(index));
  if (applied > 0) rows.set("z applied", String(applied));
  return rows;
}

async function newWorld(): Promise<{ readonly directory: string; readonly told: Told }> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-killed-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return { directory, told: { last: 0, term: 0, vote: undefined, durable: 0, lines: 0 } };
}

test(`a writer killed ${ROUNDS} times has all that it told of (HOLDFAST_SEED=${SEED})`, {
  timeout: 120_000,
}, async () => {
  const random = new SeededRandom(SEED);
  const { directory, told } = await newWorld();

  for (let round = 0; round < ROUNDS; round++) {
    await killWriter(directory, random, { told, early: false });
    await check(directory, told);
  }

  expect(told.lines).toBeGreaterThan(ROUNDS * 10);
  expect(told.durable).toBeGreaterThan(ROUNDS * 10);
});

test("a writer that tells of its writes too early is seen", { timeout: 120_000 }, async () => {
  const random = new SeededRandom(SEED);
  const { directory, told } = await newWorld();

  const rounds = async (): Promise<void> => {
    for (let round = 0; round < EARLY_ROUNDS; round++) {
      await killWriter(directory, random, { told, early: true });
      await check(directory, told);
    }
  };

  await expect(rounds()).rejects.toThrow(/to be greater than or equal to/);
});
