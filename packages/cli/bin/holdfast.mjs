#!/usr/bin/env node
// Stands outside what is built, so that package managers can link the command before it is.
import { existsSync } from "node:fs";

const main = new URL("../bundle/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("not built: npm run build\n");
  process.exitCode = 1;
}
