import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { measureInlineValues, VALUE_FIGURES } from "./inline-values.ts";
import { inlineValuesText } from "./inline-values-text.ts";

const SIZE = 500;

test("a small run measures every figure, and leaves nothing behind", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const stores = join(directory, "stores");
  await mkdir(stores);
  const options = { keys: 300, putsPerEntry: 8, rounds: 1, valueSizes: [SIZE] };

  const report = await measureInlineValues({ ...options, directory: stores });

  expect(report.variants.map((one) => one.inlineBytesMax)).toEqual([0, Number.POSITIVE_INFINITY]);
  for (const { figures } of report.variants) {
    for (const name of VALUE_FIGURES) expect(figures[name], name).toBeGreaterThan(0);
  }
  const [none, all] = report.variants.map(({ figures }) => figures);
  // Each key is put twice, and of puts within one flush only the last row is written, uncompressed.
  expect((all?.putWritten ?? 0) - (none?.putWritten ?? 0)).toBeGreaterThan(SIZE * 0.4);
  expect(await readdir(stores)).toEqual([]);
  expect(inlineValuesText(report, false).split("\n")).toHaveLength(2 + report.variants.length);
  expect(JSON.parse(inlineValuesText(report, true))).toMatchObject({
    variants: [{ inlineBytesMax: 0 }, { inlineBytesMax: "all" }],
  });
}, 60_000);
