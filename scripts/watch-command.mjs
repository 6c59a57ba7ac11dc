// watch-command.mjs MAIN ARGUMENTS: the command, keeping what V8 makes of its files. A client does so
// when it ends; a node when it is told to, so that what clients keep meanwhile lies on top.
import { renameSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { cacheOf, loadBundle } from "../packages/cli/bin/load-bundle.mjs";

const [main] = process.argv.splice(2, 1);
const scripts = new Map();

function keep() {
  // What a node sets after it has loaded everything; a cache fits only the flags that it was made with.
  setFlagsFromString("--heap-growing-percent=0");
  for (const [file, script] of scripts) {
    const partial = `${cacheOf(file)}.${process.pid}`;
    writeFileSync(partial, script.createCachedData());
    renameSync(partial, cacheOf(file));
  }
}

if (process.send === undefined) process.once("exit", keep);
process.on("message", ({ kind }) => {
  if (kind !== "keep") return;
  keep();
  process.send({ kind: "kept" });
});
loadBundle(main, (file, script) => scripts.set(file, script));
