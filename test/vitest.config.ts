import { existsSync, statfsSync } from "node:fs";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { mutantPlugin } from "./mutant-plugin.ts";
import { type FilesByProject, SCALED_TESTS, SLOW_TESTS } from "./slow-tests.ts";

// Tests run from source: the "@holdfast/source" export condition maps every workspace package to src/.
const fromSource = {
  resolve: { conditions: ["@holdfast/source"] },
  ssr: { resolve: { conditions: ["@holdfast/source"] } },
};

/** Minutes of load and a million keys are there for those who ask: `vitest run --project proof`. */
const isProof = process.argv.some((word) => /^(--project=)?proof$/.test(word));

/** `npm test`, `npm run test:slow`, or whatever is asked for by name. */
const KIND = process.env["TESTS"];

interface Files {
  readonly include: string[];
  readonly exclude: string[];
}

/** Those of a project's files that are to be run. */
function chosen(
  project: keyof FilesByProject,
  { include, exclude = [] }: { readonly include: string[]; readonly exclude?: string[] },
): Files {
  if (KIND === "quick") return { include, exclude: [...exclude, ...SLOW_TESTS[project]] };
  if (KIND !== "slow") return { include, exclude };
  return { include: [...SLOW_TESTS[project], ...SCALED_TESTS[project]], exclude };
}

const MEMORY_DISK = "/dev/shm";
const MEMORY_DISK_BYTES_LEAST = 1024 ** 3;

/** Unit tests do not depend on the disk, and wait for it less where memory serves as one. */
function temporaryDirectories(): { readonly TMPDIR?: string } {
  if (!existsSync(MEMORY_DISK)) return {};
  const { bavail, bsize } = statfsSync(MEMORY_DISK);
  return bavail * bsize < MEMORY_DISK_BYTES_LEAST ? {} : { TMPDIR: MEMORY_DISK };
}

/** What is waited for comes, on a machine that is busy too. */
const patience = { expect: { poll: { timeout: 10_000 } } };

const unit: TestProjectInlineConfiguration = {
  ...fromSource,
  plugins: [mutantPlugin()],
  test: {
    ...patience,
    name: "unit",
    ...chosen("unit", {
      include: ["packages/*/{src,test}/**/*.test.ts", "test/regressions/**/*.test.ts"],
    }),
    // What a test asks of time it asks of a clock of its own; this is for machines that are busy.
    testTimeout: 30_000,
    env: temporaryDirectories(),
    // Modules are loaded once for all files of a worker: no unit test leaves anything behind in one.
    isolate: false,
    maxWorkers: 2,
  },
};

const processes = { ...patience, testTimeout: 60_000, hookTimeout: 60_000 };

/** What measures how long something takes, or asks at full speed, and so has the machine for itself. */
const TIMED = [
  "test/load/**/*.test.ts",
  "test/failover/{all-killed,leader-stopped,one-node-killed}.test.ts",
  "test/network/{partitions,rolling-restart}.test.ts",
];

// Real processes, three files at a time, as they wait a lot; ports come from the system, so they do not meet.
const cluster: TestProjectInlineConfiguration = {
  ...fromSource,
  test: {
    ...processes,
    name: "cluster",
    ...chosen("cluster", {
      include: [
        "test/{bad-input,cli,clients,clock,cluster,compatibility,disk,failover,leases,membership,network,recovery,server,space,transactions,watch}/**/*.test.ts",
      ],
      exclude: TIMED,
    }),
    // Modules are loaded once for all files of a worker; each file has a cluster of its own.
    isolate: false,
    maxWorkers: 3,
    sequence: { groupOrder: 1 },
  },
};

const timed: TestProjectInlineConfiguration = {
  ...fromSource,
  test: {
    ...processes,
    name: "timed",
    ...chosen("timed", { include: TIMED }),
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
};

const proof: TestProjectInlineConfiguration = {
  ...fromSource,
  test: {
    name: "proof",
    include: ["test/proof/**/*.test.ts"],
    fileParallelism: false,
    sequence: { groupOrder: 3 },
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
};

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: { projects: isProof ? [proof] : [unit, cluster, timed] },
});
