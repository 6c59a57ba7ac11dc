import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import picocolors from "picocolors";
import { expect, onTestFinished, test } from "vitest";
import { type SimSeedOptions, simSeed } from "./sim-seed.ts";

async function examined(options: SimSeedOptions): Promise<{ code: number; out: string }> {
  const out = new PassThrough();
  const code = await simSeed(
    {
      out,
      err: new PassThrough(),
      input: new PassThrough(),
      env: {},
      isInteractive: false,
      colours: picocolors.createColors(false),
    },
    options,
  );
  return { code, out: String(out.read() ?? "") };
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "holdfast-sim-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a clean run is drawn", async () => {
  const report = join(directory(), "run.html");
  const { code, out } = await examined({ seed: "51", storm: "500", report });

  expect(code).toBe(0);
  expect(out).toMatch(/^ok: no promise broken in \d+ events.*\ndrawn: .*run\.html, \d+ KiB\n$/);
  expect(readFileSync(report, "utf8")).toContain("<h1>seed 51</h1>");
});

test("a mutant's run is shrunk, and its plan runs it again", { timeout: 60_000 }, async () => {
  const shrink = join(directory(), "small.plan.json");
  const mutant = "votes-twice";
  const first = await examined({ seed: "1", mutant, shrink });
  const again = await examined({ plan: shrink, mutant });
  const sound = await examined({ plan: shrink });

  expect(first.code).toBe(1);
  expect(again.code).toBe(1);
  // The product's own core does the same without breaking anything.
  expect(sound).toMatchObject({ code: 0, out: expect.stringContaining("ok: no promise broken") });
});

test("a clean run of whole nodes is drawn", { timeout: 30_000 }, async () => {
  const report = join(directory(), "run.html");
  const { code, out } = await examined({ lane: "server", seed: "51", storm: "500", report });

  expect(code).toBe(0);
  expect(out).toMatch(/^ok: no promise broken in \d+ events.*\ndrawn: .*run\.html, \d+ KiB\n$/);
  expect(readFileSync(report, "utf8")).toContain("<h1>seed 51 of whole nodes</h1>");
});

test("a mutant is examined in the whole nodes that it was hunted in", {
  timeout: 30_000,
}, async () => {
  const report = join(directory(), "run.html");

  const mutant = "a-lease-ends-though-it-was-renewed";
  const { code } = await examined({ seed: "4", mutant, report });

  expect(code).toBe(1);
  expect(readFileSync(report, "utf8")).toContain("<strong>I21</strong>");
});

test("a mutant's run of whole nodes is shrunk, and its plan runs it again", {
  timeout: 60_000,
}, async () => {
  const shrink = join(directory(), "small.json");
  const report = join(directory(), "run.html");
  const mutant = "a-new-leader-takes-leases-for-over";
  const first = await examined({ seed: "13", mutant, shrinkRuns: "25", shrink, report });
  const again = await examined({ lane: "server", plan: shrink, mutant });
  const sound = await examined({ lane: "server", plan: shrink });
  const small = JSON.parse(readFileSync(shrink, "utf8"));

  expect([first.code, again.code]).toEqual([1, 1]);
  expect(small).toMatchObject({ format: "holdfast-sim-server-plan-1" });
  expect(small.plan.stormMs).toBeLessThan(10_000);
  expect(small.plan.faults.crash).toBeUndefined();
  expect(readFileSync(report, "utf8")).toContain("<strong>I21</strong>");
  // The product's own code does the same without breaking anything.
  expect(sound).toMatchObject({ code: 0, out: expect.stringContaining("ok: no promise broken") });
});

test.each<[object, string]>([
  [{ report: "x.html" }, "--seed N or --plan FILE, one of them"],
  [{ seed: "1", plan: "x.json", report: "x.html" }, "one of them"],
  [{ plan: "no such file.json" }, "cannot read the plan"],
  [{ plan: "package.json" }, "not a plan of a run: its format is undefined"],
  [{ plan: "x.json", storm: "100" }, "a plan has its own storm"],
  [{ seed: "1", seeds: "1..2", shrink: true }, "no --seeds here"],
  [{ seed: "1", bounds: "terms=1", report: "x.html" }, "no --bounds here"],
  [{ plan: "x.json", memory: "500" }, "no --memory here"],
  [{ seed: "1", lane: "both", report: "x.html" }, "one run is of one lane"],
  [{ seed: "1", lane: "nodes", report: "x.html" }, "--lane expects core, server, both"],
  [{ seed: "1", lane: "core", mutant: "the-log-is-not-synced" }, 'hunted in the lane "server"'],
  [{ seed: "1", lane: "server", mutant: "votes-twice" }, 'hunted in the lane "core"'],
  [{ plan: "package.json", lane: "server" }, "not a plan of a run: its format is undefined"],
  [{ seed: "51", lane: "server", storm: "100", shrink: true }, "seed 51 of whole nodes breaks no"],
  [{ seed: "1", report: "x.html", shrinkRuns: "9" }, "go with --shrink"],
  [{ seed: "1", mutant: "votes-thrice" }, 'no mutant is called "votes-thrice"'],
  [{ seed: "1", mutant: "votes" }, "votes-twice"],
  [{ seed: "51", storm: "100", shrink: true }, "nothing to shrink: seed 51 breaks no promise"],
  [{ seed: "51", storm: "100", report: "/no/such/directory/x.html" }, "ENOENT"],
])("%j is refused", async (options, why) => {
  await expect(examined(options)).rejects.toThrow(why);
});
