import { randomFillSync } from "node:crypto";
import { chmod, cp, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeProcess } from "@holdfast/testkit";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { holdfast } from "../run-command.ts";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster({ nodes: 1, expectsErrors: true });
const WRITES = 20;
const WHAT_TO_DO = /remove (its|the store's|the node's whole|the whole) directory/;
const isRoot = process.getuid?.() === 0;

let node: NodeProcess;

// Some acknowledged writes, then a clean stop; each test damages what that left, and starts.
beforeAll(async () => {
  node = cluster().node("n1");
  await using client = await cluster().connect();
  for (let at = 0; at < WRITES; at++) await client.put(`key/${at}`, textOf(at));
  await node.stop();
  await cp(node.data, untouched(), { recursive: true });
});

beforeEach(async () => {
  await node.wipe();
  await cp(untouched(), node.data, { recursive: true });
});

afterEach(() => node.kill());

const LOG = "wal/0000000000000001.wal";

type Damage = (path: string) => Promise<void>;
const gone: Damage = (path) => rm(path, { recursive: true });
const halved: Damage = async (path) => truncate(path, (await readFile(path)).length >> 1);
const random: Damage = async (path) => {
  await writeFile(path, randomFillSync(Buffer.alloc((await readFile(path)).length)));
};
const aDirectory: Damage = async (path) => {
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
};
const aFile: Damage = async (path) => {
  await rm(path, { recursive: true });
  await writeFile(path, "not a directory");
};

/** A few of them in `npm test`, as each is a start of a process; all: `BAD_INPUT=all`. */
const isAll = process.env["BAD_INPUT"] === "all";
const REFUSED: readonly (readonly [string, string, Damage, string])[] = [
  ["the log, a directory", LOG, aDirectory, "FILES_UNUSABLE"],
  ["the state's manifest, gone", "state.1/MANIFEST-000002", gone, "FILES_UNUSABLE"],
  ["the state's manifest, random bytes", "state.1/MANIFEST-000002", random, "STATE_DAMAGED"],
  ["the log, cut to half", LOG, halved, "LOG_DAMAGED"],
  ["the log, random bytes", LOG, random, "LOG_"],
  ["the log, gone", LOG, gone, "LOG_LOST"],
  ["the log's directory, a file", "wal", aFile, "FILES_UNUSABLE"],
  ["the state's log, a directory", "state.1/000003.log", aDirectory, "FILES_UNUSABLE"],
  [
    "the state's name of its manifest, a directory",
    "state.1/CURRENT",
    aDirectory,
    "FILES_UNUSABLE",
  ],
  ["the state, a file", "state.1", aFile, "FILES_UNUSABLE"],
  ["the identity's log, random bytes", "store/000003.log", random, "IDENTITY_LOST"],
  ["the identity, a file", "store", aFile, "FILES_UNUSABLE"],
  ["the ballast, a directory", "ballast", aDirectory, "FILES_UNUSABLE"],
];
const SERVED: readonly (readonly [string, string, Damage])[] = [
  ["the state's log, random bytes", "state.1/000003.log", random],
  ["the state's log, cut to half", "state.1/000003.log", halved],
  ["the state, gone", "state.1", gone],
  ["LevelDB's notes, a directory", "state.1/LOG", aDirectory],
];

test.each(isAll ? REFUSED : REFUSED.slice(0, 3))(
  "%s: refused by name, place and what to do",
  async (_, place, damage, code) => {
    await damage(join(node.data, place));

    const text = await startRefused();

    expect(text).toContain(`error ${code}`);
    expect(text).toContain(node.data);
    expect(text).toMatch(WHAT_TO_DO);
    // No trace of the software's own lines.
    expect(text).not.toMatch(/\n {4}at /);
  },
);

test("the identity, gone: refused at each start, not only at the first", async () => {
  await gone(join(node.data, "store"));

  const first = await startRefused();
  const second = await startRefused();

  expect(first).toContain("error IDENTITY_LOST");
  expect(first).toMatch(WHAT_TO_DO);
  expect(second).toBe(first);
});

test.runIf(!isRoot)("a log that this user may not read: refused by its path", async () => {
  await chmod(join(node.data, LOG), 0);

  expect(await startRefused()).toContain("this user may not read and write it");
});

test.each(isAll ? SERVED : SERVED.slice(0, 1))(
  "%s, and files that nobody knows: made anew from the log, with all that was acknowledged",
  async (_, place, damage) => {
    const strays = ["stray", "wal/stray", "store/stray"];
    for (const stray of strays) await writeFile(join(node.data, stray), "whoever put it here");
    await damage(join(node.data, place));

    await expectAllThere();

    for (const stray of strays) {
      expect(await readFile(join(node.data, stray), "utf8")).toBe("whoever put it here");
    }
  },
);

/** What a start says that ends by itself. */
async function startRefused(): Promise<string> {
  const started = ["serve", "--config", cluster().configPath, "--node", node.id];
  const { code, stderr } = await holdfast(started);
  expect(code).toBe(1);
  return stderr;
}

/** The node starts, and holds what was acknowledged. */
async function expectAllThere(): Promise<void> {
  await node.start();
  await cluster().leader();
  await using client = await cluster().connect();
  const { entries } = await client.range({ prefix: "key/" });
  const found = entries.map((entry) => entry.text()).sort();
  expect(found).toEqual(Array.from({ length: WRITES }, (_, at) => textOf(at)).sort());
}

function untouched(): string {
  return `${node.data}-untouched`;
}

function textOf(at: number): string {
  return `value ${at} `.repeat(1 + at * 10);
}
