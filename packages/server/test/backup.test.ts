import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@grpc/grpc-js";
import { crc32c, FIRST_GROUP, type Row } from "@holdfast/base";
import { rowLayout } from "@holdfast/state-machine";
import { MemoryEngine, SnapshotReader } from "@holdfast/storage";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { backupParts } from "../src/backup/backup-bytes.ts";
import { BackupDamagedError } from "../src/backup/backup-errors.ts";
import { readBackup } from "../src/backup/read-backup.ts";
import { type Answer, bytes, clientOf, openEdge } from "./open-edge.ts";
import { MEMBER } from "./single-replica.ts";

/** A snapshot of format 1; it never changes. */
const GOLDEN = new URL("golden/snapshot-1.hex", import.meta.url);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-backup-"));
  onTestFinished(() => rm(directory, { recursive: true }));
});

async function fileOf(content: Buffer): Promise<string> {
  const path = join(directory, "snapshot.db");
  await writeFile(path, content);
  return path;
}

async function goldenFile(): Promise<Buffer> {
  return Buffer.from((await readFile(GOLDEN, "utf8")).replace(/\s/g, ""), "hex");
}

interface Stream extends NodeJS.ReadableStream {
  cancel(): void;
}

function openStream(target: string): Stream {
  return (
    clientOf(target, "etcdserverpb", "Maintenance") as Client & {
      Snapshot(request: object): Stream;
    }
  ).Snapshot({});
}

async function partsOf(target: string): Promise<readonly Answer[]> {
  const parts: Answer[] = [];
  for await (const part of openStream(target)) parts.push(part);
  return parts;
}

async function filled(valueBytes = 5) {
  const edge = await openEdge();
  for (const key of ["a", "b", "c", "b"]) {
    await edge.kv("Put", { key: bytes(key), value: Buffer.alloc(valueBytes, key) });
  }
  await edge.kv("DeleteRange", { key: bytes("c") });
  return edge;
}

test("the parts are a file as etcd's clients want one, and all of it is known", async () => {
  const { target, replica } = await filled(100_000);

  const parts = await partsOf(target);

  const file = Buffer.concat(parts.map(({ blob }) => blob));
  expect(file.length % 512).toBe(32);
  expect(parts.at(-1).blob).toEqual(createHash("sha256").update(file.subarray(0, -32)).digest());
  expect(Math.max(...parts.map(({ blob }) => blob.length))).toBeLessThanOrEqual(32 * 1024);
  const remaining = parts.map(({ remaining_bytes }) => Number(remaining_bytes));
  expect(remaining).toEqual([...remaining].sort((a, b) => b - a));
  expect(remaining.slice(-2)).toEqual([0, 0]);
  expect(remaining.slice(0, -2)).not.toContain(0);
  expect(parts[0]).toMatchObject({ header: null, version: "3.6.0" });
  expect(await readBackup(await fileOf(file))).toMatchObject({
    clusterId: Number.MAX_SAFE_INTEGER,
    memberId: MEMBER,
    revision: 6,
    compactRevision: -1,
    keys: 2,
    fileBytes: file.length,
  });
  expect(replica.counts.frozenClosed).toBe(1);
});

test("a client that goes leaves nothing open", async () => {
  const { target, replica, edge } = await filled(1_000_000);
  const stream = openStream(target);
  stream.on("error", () => undefined);
  await new Promise((resolve) => stream.once("data", resolve));
  stream.pause();

  stream.cancel();
  await edge.drain(5000);

  expect(replica.counts.frozenClosed).toBe(1);
});

test("a file that was written once is read for ever", async () => {
  const golden = await goldenFile();
  const rows: Row[] = [];

  const summary = await readBackup(await fileOf(golden), {
    rows: async (given) => {
      rows.push(...given);
    },
  });

  expect(summary).toMatchObject({ revision: 6, keys: 2, rows: rows.length, appliedIndex: 6 });
  const { currentPrefix } = rowLayout(FIRST_GROUP);
  const current = rows.filter(({ key }) => key.startsWith(currentPrefix));
  expect(current.map(({ key }) => key.slice(currentPrefix.length))).toEqual(["a", "b"]);
});

test("the same rows give the same file", async () => {
  const golden = await goldenFile();
  const engine = new MemoryEngine();
  const head = await readBackup(await fileOf(golden), {
    rows: (rows) => engine.writeDurably(rows),
  });
  const reader = new SnapshotReader({ snapshot: engine.snapshot(), turn: new SystemTurn() });
  const frozen = {
    ...head,
    approximateBytes: 0,
    next: () => reader.next(),
    close: () => reader.close(),
  };

  const parts: Uint8Array[] = [];
  for await (const { blob } of backupParts(frozen, head)) parts.push(blob);

  expect(Buffer.concat(parts)).toEqual(golden);
});

test("a file with one wrong bit anywhere is refused", async () => {
  const whole = await goldenFile();

  for (let at = 0; at < whole.length; at += 11) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    await expect(readBackup(await fileOf(damaged)), `byte ${at}`).rejects.toBeInstanceOf(
      BackupDamagedError,
    );
  }
});

test("a file that was cut off is refused wherever that was", async () => {
  const whole = await goldenFile();

  for (let length = 0; length < whole.length; length += 32) {
    const cut = await fileOf(whole.subarray(0, length));
    await expect(readBackup(cut), `${length} bytes`).rejects.toBeInstanceOf(BackupDamagedError);
  }
});

test("a file of newer software says so; one that is not there too", async () => {
  const golden = await goldenFile();
  golden[8] = 2;
  golden.writeUInt32BE(crc32c(golden, 0, 508), 508);

  await expect(readBackup(await fileOf(golden))).rejects.toThrow("it has version 2, known is 1");
  await expect(readBackup(join(directory, "none"))).rejects.toThrow("cannot be read");
});
