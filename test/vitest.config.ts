import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

// Tests run from source: the "@holdfast/source" export condition maps every workspace package to src/.
const fromSource = {
  resolve: { conditions: ["@holdfast/source"] },
  ssr: { resolve: { conditions: ["@holdfast/source"] } },
};

/** Minutes of load and a million keys are there for those who ask: `vitest run --project proof`. */
const isProof = process.argv.some((word) => /^(--project=)?proof$/.test(word));

const unit: TestProjectInlineConfiguration = {
  ...fromSource,
  test: { name: "unit", include: ["packages/*/{src,test}/**/*.test.ts"] },
};

// Real processes on two cores: one file at a time, and not beside the unit tests.
const cluster: TestProjectInlineConfiguration = {
  ...fromSource,
  test: {
    name: "cluster",
    include: ["test/**/*.test.ts"],
    exclude: ["test/proof/**"],
    fileParallelism: false,
    sequence: { groupOrder: 1 },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

const proof: TestProjectInlineConfiguration = {
  ...fromSource,
  test: {
    name: "proof",
    include: ["test/proof/**/*.test.ts"],
    fileParallelism: false,
    sequence: { groupOrder: 2 },
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
};

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: { projects: isProof ? [proof] : [unit, cluster] },
});
