// Asks etcd and Holdfast the same and compares the answers, from source: npm run compare -- --requests 20000
import { join } from "node:path";
import { createViteServer } from "vitest/node";
import { root } from "./source-files.mjs";

// The same modules that the tests run: sources, through the condition by which workspace packages name them.
const conditions = ["@holdfast/source"];
const vite = await createViteServer({
  root,
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true, include: [] },
  // `await using` is not in Node 20.
  oxc: { target: "es2023" },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
try {
  const { main } = await vite.ssrLoadModule(join(root, "test/compatibility/compare.ts"));
  process.exitCode = await main(process.argv.slice(2));
} finally {
  await vite.close();
}
process.exit();
