import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { table } from "../output/table.ts";
import { progressBar } from "../snapshot/progress-bar.ts";
import { type Terminal, write } from "../terminal.ts";

export interface RestoreOptions extends GivenGlobals {
  readonly config: string;
  readonly bumpRevision?: string | undefined;
}

/** As etcd's operators are told to: more than any cluster wrote since its last snapshot. */
const BUMP_DEFAULT = 1_000_000_000;
const BUMP_MAX = 1_000_000_000_000;

/** Makes the directories of a new cluster that begins with a snapshot. */
export async function snapshotRestore(
  terminal: Terminal,
  file: string,
  options: RestoreOptions,
): Promise<number> {
  const bumpRevision =
    options.bumpRevision === undefined
      ? BUMP_DEFAULT
      : wholeNumber("--bump-revision", options.bumpRevision, 0, BUMP_MAX);
  const { loadClusterConfig } = await import("@holdfast/config");
  const { pinoLogger, restoreCluster, SystemRandom } = await import("@holdfast/server");
  const config = await loadClusterConfig(options.config);
  const bar = progressBar(terminal, "restoring");
  try {
    const restored = await restoreCluster({
      file,
      config,
      bumpRevision,
      random: new SystemRandom(),
      logger: pinoLogger("error"),
      progress: (...at) => bar.update(...at),
    });
    bar.stop();
    const { clusterId, revision, compactRevision } = restored;
    const nodes = restored.nodes.map(({ id, data }) => ({ id, data }));
    const rows = nodes.map(({ id, data }) => [id, data]);
    const text =
      options.output === "json"
        ? `${JSON.stringify({ clusterId, revision, compactRevision, nodes })}\n`
        : `cluster ${clusterId} begins at revision ${revision}; each node of the file has its directory\n\n${table(terminal, ["NODE", "DATA"], rows)}`;
    await write(terminal.out, text);
    return EXIT.ok;
  } finally {
    bar.stop();
  }
}
