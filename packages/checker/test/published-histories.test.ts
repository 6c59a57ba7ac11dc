import { checkLinearizable, registerModel, textStoreModel } from "@holdfast/checker";
import { expect, test } from "vitest";
import { readRegisterLog, readTextStoreLog } from "./published-history.ts";
import { NO_VECTORS, vectorFiles } from "./vectors.ts";

/** Measured: a fraction of a second. */
const REGISTERS_WITHIN_MS = 10_000;

test("histories of an etcd register get their published verdicts", ({ skip }) => {
  const files = vectorFiles("histories/register");
  if (files === undefined) return skip(NO_VECTORS);
  const table = files.find(({ name }) => name === "verdicts.tsv")?.text ?? "";
  const published = table
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const began = performance.now();

  const verdicts = files
    .filter(({ name }) => name.endsWith(".log"))
    .map(({ name, text }) => {
      const verdict = checkLinearizable(registerModel, readRegisterLog(text));
      return [name, verdict.kind === "legal" ? "linearizable" : `not-linearizable`, verdict.kind];
    });

  expect(verdicts.length).toBeGreaterThan(0);
  expect(verdicts.map(([name, said]) => [name, said])).toEqual(published);
  expect(verdicts.filter(([, , kind]) => kind === "unknown")).toEqual([]);
  expect(performance.now() - began).toBeLessThan(REGISTERS_WITHIN_MS);
});

test("histories of a text store get the verdicts in their names", ({ skip }) => {
  const files = vectorFiles("histories/kv");
  if (files === undefined) return skip(NO_VECTORS);

  const verdicts = files.map(({ name, text }) => {
    const { kind } = checkLinearizable(textStoreModel, readTextStoreLog(text));
    return [name, kind];
  });

  expect(verdicts.length).toBeGreaterThan(0);
  expect(verdicts).toEqual(
    files.map(({ name }) => [name, /-ok\b/.test(name) ? "legal" : "illegal"]),
  );
});
