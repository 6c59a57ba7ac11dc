import { open, rename, rm } from "node:fs/promises";
import { messageOf } from "@holdfast/base";
import { EXIT } from "../exit-codes.ts";
import { endpointsOf, type GivenGlobals } from "../global-options.ts";
import { LocalFileError } from "../snapshot/local-file-error.ts";
import { progressBar } from "../snapshot/progress-bar.ts";
import { summaryText } from "../snapshot/summary-text.ts";
import type { Terminal } from "../terminal.ts";
import { write } from "../terminal.ts";

/** Beside the file while it comes: it gets its name when it is whole and checked. */
const UNFINISHED = ".part";

/** Copies all that one node has into a file, of the first endpoint that gives it, and checks the file. */
export async function snapshotSave(
  terminal: Terminal,
  path: string,
  options: GivenGlobals,
): Promise<number> {
  const unfinished = `${path}${UNFINISHED}`;
  try {
    await fetchTo(unfinished, terminal, endpointsOf(options, terminal));
    const { readBackup } = await import("@holdfast/server");
    const summary = await readBackup(unfinished);
    await onDisk(path, () => rename(unfinished, path));
    await write(terminal.out, summaryText(terminal, { ...summary, file: path }, options.output));
    return EXIT.ok;
  } catch (failure) {
    await rm(unfinished, { force: true });
    throw failure;
  }
}

/** A node that cannot be reached, or refuses, leaves it to the next; the last one's reason is told. */
async function fetchTo(
  path: string,
  terminal: Terminal,
  endpoints: readonly string[],
): Promise<void> {
  const { RequestError } = await import("@holdfast/client");
  for (const [at, endpoint] of endpoints.entries()) {
    try {
      return await fetchFrom(endpoint, path, terminal);
    } catch (failure) {
      if (!(failure instanceof RequestError) || at === endpoints.length - 1) throw failure;
    }
  }
}

async function fetchFrom(endpoint: string, path: string, terminal: Terminal): Promise<void> {
  const { EtcdEndpoint } = await import("@holdfast/client");
  const node = new EtcdEndpoint(endpoint);
  const file = await onDisk(path, () => open(path, "w"));
  const bar = progressBar(terminal, `saving from ${endpoint}`);
  try {
    let bytes = 0;
    for await (const part of node.snapshot()) {
      await onDisk(path, () => file.writeFile(part.bytes));
      bytes += part.bytes.length;
      bar.update(bytes, bytes + part.remainingBytes);
    }
    await onDisk(path, () => file.sync());
  } finally {
    bar.stop();
    await file.close();
    node.close();
  }
}

async function onDisk<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (failure) {
    throw new LocalFileError(`${path}: ${messageOf(failure)}`, { cause: failure });
  }
}
