import { defineConfig } from "vitest/config";

// Tests run from source: the "@holdfast/source" export condition maps every workspace package to src/.
const fromSource = {
  resolve: { conditions: ["@holdfast/source"] },
  ssr: { resolve: { conditions: ["@holdfast/source"] } },
};

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    projects: [
      { ...fromSource, test: { name: "unit", include: ["packages/*/{src,test}/**/*.test.ts"] } },
      {
        ...fromSource,
        test: {
          name: "cluster",
          include: ["test/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
