import { expect, test } from "vitest";
import { runSeed } from "../src/index.ts";

const STORM_MS = 2_000;

test("one seed is one course of events", { timeout: 60_000 }, () => {
  for (const seed of [3, 14, 159]) {
    const first = runSeed({ seed, stormMs: STORM_MS });
    const second = runSeed({ seed, stormMs: STORM_MS });

    expect(second.hash).toBe(first.hash);
    expect(second.events).toBe(first.events);
    expect(second.committed).toBe(first.committed);
  }
});

test("watching changes nothing", { timeout: 60_000 }, () => {
  const lines: string[] = [];
  const watched = runSeed({ seed: 5, stormMs: STORM_MS, listener: (line) => lines.push(line) });

  expect(watched.hash).toBe(runSeed({ seed: 5, stormMs: STORM_MS }).hash);
  expect(lines.length).toBeGreaterThan(100);
});

test("seeds differ", { timeout: 60_000 }, () => {
  const hashes = [1, 2, 3, 4, 5].map((seed) => runSeed({ seed, stormMs: STORM_MS }).hash);

  expect(new Set(hashes).size).toBe(5);
});
