import {
  type Cluster,
  type ClusterOptions,
  eventually,
  type NodeProcess,
  startCluster,
} from "@holdfast/testkit";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";

const ERROR_LEVELS: ReadonlySet<unknown> = new Set(["error", "fatal"]);
const CATCHES_UP_WITHIN_MS = 15_000;

export interface SharedClusterOptions extends ClusterOptions {
  /** The file is about failures that nodes log. */
  readonly expectsErrors?: boolean;
}

/**
 * One cluster for all tests of a file, because starting one takes longer than most
 * of them. A test that breaks it mends it with {@link mend}.
 *
 * A line of level error in a node's log fails the file. When a test fails, the ends
 * of the logs are printed.
 *
 * Options that stand on earlier hooks come from a function; where it has none, all
 * tests of the file are skipped, and no cluster is started.
 */
export function sharedCluster(
  given: SharedClusterOptions | (() => SharedClusterOptions | undefined) = {},
): () => Cluster {
  let cluster: Cluster | undefined;
  const current = (): Cluster => {
    if (cluster === undefined) throw new Error("the file's cluster did not start");
    return cluster;
  };
  let options: SharedClusterOptions | undefined;
  beforeAll(async () => {
    options = typeof given === "function" ? given() : given;
    if (options !== undefined) cluster = await startCluster(options);
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      process.stderr.write(`${await current().lastWords()}\n`);
    });
  });
  afterAll(async () => {
    const errors = cluster === undefined ? [] : await errorsLogged(cluster);
    await cluster?.stop();
    if (options?.expectsErrors !== true) expect(errors).toEqual([]);
  });
  return current;
}

/** Starts what does not run and waits until all nodes hold the same. */
export async function mend(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => node.start()));
  await cluster.leader();
  await allCaughtUp(cluster);
}

/** Resolves when all nodes have applied the same. */
export async function allCaughtUp(cluster: Cluster): Promise<void> {
  await eventually(
    async () => {
      const all = await Promise.all(cluster.nodes.map((node) => appliedBy(node)));
      if (all.some((one) => one !== all[0])) throw new Error(all.join("; "));
      return true;
    },
    { within: CATCHES_UP_WITHIN_MS, what: "the same applied index and revision on all nodes" },
  );
}

async function appliedBy(node: NodeProcess): Promise<string> {
  const status = await node.status();
  if (status.kind === "down") throw new Error(`${node.id} is down: ${status.reason}`);
  return `index ${status.raftAppliedIndex}, revision ${status.revision}`;
}

/** Lines of level error or worse, and text that is no log line at all. */
async function errorsLogged(cluster: Cluster): Promise<readonly string[]> {
  const logs = await Promise.all(cluster.nodes.map((node) => node.logs()));
  return logs.flatMap((log) => log.split("\n").filter(isError));
}

function isError(line: string): boolean {
  if (line.trim() === "") return false;
  if (!line.startsWith("{")) return true;
  const { level } = JSON.parse(line) as { readonly level?: unknown };
  return ERROR_LEVELS.has(level);
}
