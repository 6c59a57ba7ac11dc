#!/usr/bin/env node
// Stands outside what is built, so that package managers can link the command before it is.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadBundle } from "./load-bundle.mjs";

const main = fileURLToPath(new URL("../bundle/main.js", import.meta.url));
if (existsSync(main)) {
  loadBundle(main);
} else {
  process.stderr.write("not built: npm run build\n");
  process.exitCode = 1;
}
