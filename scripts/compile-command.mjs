import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePorts } from "@holdfast/testkit";

const WATCHED = fileURLToPath(new URL("watch-command.mjs", import.meta.url));
/** For each process, ms: a build does not hang on this. */
const WITHIN_MS = 20_000;

/**
 * Keeps what V8 makes of the bundle `main` while it starts a node and serves requests. Without
 * the result everything works, only later: a failure is told and no more.
 */
export async function compileAhead(main) {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-build-"));
  try {
    await useCluster(main, directory);
  } catch (failure) {
    console.warn(`nothing was compiled ahead, so a start takes longer: ${failure.message}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function useCluster(main, directory) {
  const [client, peer] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`);
  const file = join(directory, "cluster.yaml");
  const nodes = [{ id: "n1", client, peer, data: join(directory, "n1") }];
  writeFileSync(file, JSON.stringify({ cluster: "build", nodes }));
  const args = [main, "serve", "--config", file, "--node", "n1"];
  const node = fork(WATCHED, args, { stdio: "ignore", timeout: WITHIN_MS });
  const ended = once(node, "exit");
  try {
    await told(node, "ready");
    await useClient(main, client);
    node.send({ kind: "keep" });
    await told(node, "kept");
    // Again: what a client needs is kept on top of what the node keeps.
    await useClient(main, client);
  } finally {
    if (node.connected) node.disconnect();
    await ended;
  }
}

async function useClient(main, endpoint) {
  for (const command of [
    ["put", "key", "value"],
    ["get", "key"],
  ]) {
    const args = [WATCHED, main, ...command, "--endpoints", endpoint];
    await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
  }
}

function told(node, kind) {
  return new Promise((resolve, reject) => {
    node.on("message", (message) => {
      if (message.kind === kind) resolve();
    });
    node.once("exit", (code) =>
      reject(new Error(`a node ended with ${code} before it was ${kind}`)),
    );
  });
}
