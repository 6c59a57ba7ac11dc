import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterId } from "@holdfast/base";
import { beforeAll, expect, test } from "vitest";
import { MemoryFiles } from "../../src/memory/memory-files.ts";
import type { WalWrite } from "../../src/wal/wal-records.ts";
import { append, entries, entry, hardState, openLog, readAll } from "../log-fixture.ts";

// The bytes of format 1. A change of the format needs a new version and a new directory beside this one;
// HOLDFAST_WRITE_GOLDEN=1 writes files that are missing, and never one that is there.
const directory = new URL("wal-v1", import.meta.url).pathname;
const membership = Uint8Array.of(0xa1, 0x01, 0x02);

/** Every part that a write can have, over two segments. */
const appends: readonly (readonly WalWrite[])[] = [
  [
    { group: 1, birth: { clusterId: 0x1f_1234_5678_9abc as ClusterId, membership } },
    hardState(1, 0),
  ],
  [hardState(2, 0x1e_0000_0000_0001, 0), append(...entries({ from: 1, to: 5, term: 2 }))],
  [
    append({ index: 6, term: 2, kind: "noop", payload: new Uint8Array(0) }),
    append({ index: 7, term: 2, kind: "membership", payload: membership }),
    { group: 2, hardState: { term: 4_294_967_296, vote: undefined, commit: 0 } },
  ],
  [append(...entries({ from: 5, to: 9, term: 3, size: 700 }))],
  [{ group: 1, compact: { index: 2, term: 2, membership: Uint8Array.of(0xa2) } }],
  [append(entry(10, 3, 2_500)), hardState(3, 9, 8)],
  [{ group: 2, reset: { index: 77, term: 6, membership, stateDirectory: "state.2" } }],
];

async function written(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const { log } = await openLog(files);
  for (const writes of appends) await log.append(writes);
  await log.close();
  return files;
}

function golden(): MemoryFiles {
  const files = new MemoryFiles();
  for (const name of readdirSync(directory)) {
    files.replace(`wal/${name}`, readFileSync(join(directory, name)));
  }
  return files;
}

beforeAll(async () => {
  if (process.env["HOLDFAST_WRITE_GOLDEN"] !== "1") return;
  const files = await written();
  mkdirSync(directory, { recursive: true });
  for (const path of files.paths().filter((one) => !one.includes("spare"))) {
    const target = join(directory, path.slice("wal/".length));
    writeFileSync(target, files.bytes(path), { flag: "wx" });
  }
});

test("this version writes the bytes of format 1", async () => {
  const files = await written();

  const kept = golden();

  expect(kept.paths()).toEqual(["wal/0000000000000001.wal", "wal/0000000000000002.wal"]);
  for (const path of kept.paths()) expect(files.bytes(path)).toEqual(kept.bytes(path));
});

test("this version reads the bytes of format 1", async () => {
  const { log, recovered } = await openLog(golden());

  expect(recovered.get(1)).toEqual({
    head: {
      group: 1,
      clusterId: 0x1f_1234_5678_9abc,
      hardState: { term: 3, vote: 9, commit: 8 },
      compacted: { index: 2, term: 2 },
      membership: Uint8Array.of(0xa2),
      stateDirectory: "state.1",
    },
    lastIndex: 10,
    termRuns: [
      [3, 2],
      [5, 3],
    ],
    memberships: [],
    torn: undefined,
  });
  expect(recovered.get(2)).toMatchObject({
    head: { hardState: { term: 4_294_967_296 }, stateDirectory: "state.2", membership },
    lastIndex: 77,
  });
  expect(await readAll(log)).toEqual(["3/2", "4/2", "5/3", "6/3", "7/3", "8/3", "9/3", "10/3"]);
});
