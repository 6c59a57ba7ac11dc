import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { writeClusterFile } from "./cluster-file.ts";

const CLI = new URL("../../packages/cli/", import.meta.url);
/** Runs the command and tells of each file that it loads whether V8 had to compile it. */
const WATCH = `
  const { loadBundle } = await import(${JSON.stringify(new URL("bin/load-bundle.mjs", CLI).href)});
  loadBundle(${JSON.stringify(fileURLToPath(new URL("bundle/main.js", CLI)))}, (file, script) =>
    console.error(JSON.stringify({ file, taken: script.cachedDataRejected === false })));
`;

/** Files of the bundle by whether what was compiled ahead was taken for them, until `isDone`. */
async function loadedFiles(args: readonly string[], isDone: (output: string) => boolean) {
  const node = spawn(process.execPath, ["--input-type=module", "-e", WATCH, "holdfast", ...args]);
  let output = "";
  let loaded = "";
  node.stderr.setEncoding("utf8").on("data", (text: string) => {
    loaded += text;
  });
  node.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (isDone(output)) node.kill("SIGTERM");
  });
  await once(node, "close");
  const files = loaded.split("\n").filter((line) => line.startsWith("{"));
  return files.map(
    (line) => JSON.parse(line) as { readonly file: string; readonly taken: boolean },
  );
}

test("a node compiles no file of the command that was compiled when it was built", async () => {
  await using directory = await temporaryDirectory();
  const { path } = await writeClusterFile(directory.path, { nodes: 1 });

  const files = await loadedFiles(["serve", "--config", path, "--node", "n1"], (output) =>
    output.includes('"the election was won"'),
  );

  expect(files.length).toBeGreaterThan(5);
  expect(files.filter(({ taken }) => !taken)).toEqual([]);
});

test("nor does a client", async () => {
  const files = await loadedFiles(
    ["get", "a", "--endpoints", "127.0.0.1:1", "--timeout", "100ms"],
    () => false,
  );

  expect(files.length).toBeGreaterThan(0);
  expect(files.filter(({ taken }) => !taken)).toEqual([]);
});
