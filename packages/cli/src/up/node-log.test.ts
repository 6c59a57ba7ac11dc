import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { NodeLog } from "./node-log.ts";

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-log-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("lines are whole however their bytes arrive, and the file keeps them all", () => {
  const path = join(temporaryDirectory(), "deep/n1.log");
  const lines: string[] = [];
  const log = new NodeLog(path, (line) => lines.push(line));

  for (const piece of ["one\ntw", "o\n", "three"]) log.write(piece);
  log.close();

  expect(lines).toEqual(["one", "two", "three"]);
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree");
});

test("what an earlier run wrote stays", () => {
  const path = join(temporaryDirectory(), "n1.log");
  for (const run of ["first\n", "second\n"]) {
    const log = new NodeLog(path, () => {});
    log.write(run);
    log.close();
  }

  expect(readFileSync(path, "utf8")).toBe("first\nsecond\n");
});

test("a full file makes room by becoming the one before", () => {
  const path = join(temporaryDirectory(), "n1.log");
  writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 - 1, "x"));
  const log = new NodeLog(path, () => {});

  log.write("the last of this file\n");
  log.write("the first of the next\n");
  log.close();

  expect(readFileSync(path, "utf8")).toBe("the first of the next\n");
  expect(statSync(`${path}.1`).size).toBeGreaterThan(16 * 1024 * 1024);
});

test("a log that cannot be written is told once, and lines are shown all the same", () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "file"), "");
  const lines: string[] = [];
  const log = new NodeLog(join(directory, "file/n1.log"), (line) => lines.push(line));

  log.write("one\n");
  log.write("two\n");

  expect(lines[0]).toMatch(/^its log can no longer be kept in .*: /);
  expect(lines.slice(1)).toEqual(["one", "two"]);
  expect(existsSync(join(directory, "file/n1.log"))).toBe(false);
});

test("a line without end is told in pieces", () => {
  const lines: string[] = [];
  const log = new NodeLog(join(temporaryDirectory(), "n1.log"), (line) => lines.push(line));

  log.write("x".repeat(70_000));
  log.write("y\n");
  log.close();

  expect(lines.map(({ length }) => length)).toEqual([70_000, 1]);
});
