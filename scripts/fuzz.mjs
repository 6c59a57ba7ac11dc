// Runs the fuzz targets of all packages from source for as long as one likes: npm run fuzz -- --minutes 10
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { createViteServer } from "vitest/node";
import { root, sourceFiles } from "./source-files.mjs";

const USAGE = `npm run fuzz -- [--minutes N] [--target NAME] [--seed S] [--list]
npm run fuzz -- --target NAME --replay FILE

  --minutes N    how long, for all targets together (default 1)
  --target NAME  only this one; may be given again
  --seed S       of all inputs (default: from the clock, and printed)
  --replay FILE  the input of a failure, as it was saved
  --list         the names of the targets`;

const { values: given } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    target: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    replay: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const FAILURES = join(tmpdir(), "holdfast-fuzz");
const RUN_INPUTS = 200;

// The same modules that the tests run: sources, through the condition by which workspace packages name them.
const conditions = ["@holdfast/source"];
const vite = await createViteServer({
  root,
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true, include: [] },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
try {
  process.exitCode = await main();
} finally {
  await vite.close();
}
// A target may hold timers or threads of a database.
process.exit();

async function main() {
  const minutes = Number(given.minutes);
  const seed = Number(given.seed);
  const isUsable = minutes > 0 && Number.isSafeInteger(seed) && seed >= 0;
  if (given.help || !isUsable) {
    console.log(USAGE);
    return given.help ? 0 : 64;
  }
  const all = await targets();
  if (given.list) {
    for (const { target } of all) console.log(target.name);
    return 0;
  }
  const unknown = given.target.filter((name) => all.every(({ target }) => target.name !== name));
  if (unknown.length > 0) {
    console.error(`no target is called ${unknown.join(" or ")}; --list tells all`);
    return 64;
  }
  const chosen = all.filter(
    ({ target }) => given.target.length === 0 || given.target.includes(target.name),
  );
  if (given.replay !== undefined) return replay(chosen, given.replay);
  return fuzz(chosen, { seed, msEach: (minutes * 60_000) / chosen.length });
}

/** Every target that a `*.fuzz.ts` exports in an array. */
async function targets() {
  const files = sourceFiles("packages").filter((path) => path.endsWith(".fuzz.ts"));
  const found = [];
  for (const file of files) {
    const module = await vite.ssrLoadModule(join(root, file));
    const lists = Object.values(module).filter(Array.isArray);
    for (const target of lists.flat()) found.push({ file, target });
  }
  return found;
}

async function replay(chosen, path) {
  if (chosen.length !== 1) {
    console.error("--replay needs one --target");
    return 64;
  }
  const [{ target }] = chosen;
  await target.check(Uint8Array.from(Buffer.from(readFileSync(path, "latin1").trim(), "hex")));
  console.log(`${target.name}: ${basename(path)} passes`);
  return 0;
}

async function fuzz(chosen, { seed, msEach }) {
  const { runFuzz } = await vite.ssrLoadModule(join(root, "packages/base/src/fuzz/index.ts"));
  console.log(`seed ${seed}, ${chosen.length} targets, ${(msEach / 1000).toFixed(1)} s each`);
  let failed = 0;
  for (const { target } of chosen) {
    const began = performance.now();
    try {
      const runs = await runUntil(runFuzz, target, { seed, until: began + msEach });
      const perSecond = Math.round((runs * 1000) / (performance.now() - began));
      console.log(
        `${target.name.padEnd(24)} ${String(runs).padStart(9)} inputs ${String(perSecond).padStart(7)}/s`,
      );
    } catch (failure) {
      failed++;
      console.log(`${target.name.padEnd(24)} FAILED\n${failure.message}`);
      console.log(failure.cause?.stack ?? failure.stack);
      if (failure.input !== undefined) console.log(save(target, failure.input));
    }
  }
  return failed === 0 ? 0 : 1;
}

/** In runs of a few inputs, so that a process that runs for hours is not one promise. */
async function runUntil(runFuzz, target, { seed, until }) {
  const now = () => performance.now();
  const peakBytes = () => process.resourceUsage().maxRSS * 1024;
  let inputs = 0;
  for (let run = 0; now() < until; run++) {
    const options = { seed: seed + run, runs: RUN_INPUTS, until, now, peakBytes };
    inputs += await runFuzz(target, options);
  }
  return inputs;
}

function save(target, input) {
  mkdirSync(FAILURES, { recursive: true });
  const path = join(FAILURES, `${target.name}-${Date.now()}.hex`);
  writeFileSync(path, `${Buffer.from(input).toString("hex")}\n`);
  return `saved; again: npm run fuzz -- --target ${target.name} --replay ${path}`;
}
