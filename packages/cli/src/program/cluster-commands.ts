import type { Command } from "commander";
import { compact } from "../commands/compact.ts";
import { hash } from "../commands/hash.ts";
import { status } from "../commands/status.ts";
import { type Context, examples, GLOBALS, logLevelOption } from "./context.ts";

/** Running a cluster and looking after it. */
export function addClusterCommands(context: Context): void {
  context.program.commandsGroup("Cluster:");
  addStatus(context);
  addHash(context);
  addCompact(context);
  addUp(context);
  addServe(context);
}

function addStatus({ program, terminal, finish }: Context): void {
  program
    .command("status")
    .description("how many nodes may be lost, and how each one is")
    .addHelpText(
      "after",
      examples(
        [
          "holdfast status",
          "the first line answers whether the cluster is safe; exit status 4 if it takes no writes",
        ],
        ["holdfast status -o json", "each endpoint's status, named as in etcd"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await status(terminal, command.optsWithGlobals())),
    );
}

function addHash({ program, terminal, finish }: Context): void {
  program
    .command("hash")
    .description("compare what the nodes have: each hashes all of its data")
    .addHelpText(
      "after",
      examples(
        ["holdfast hash", "the first line says whether they agree; exit status 3 if two differ"],
        ["holdfast hash -o json", "each endpoint's hash, named as in etcd"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await hash(terminal, command.optsWithGlobals())),
    );
}

function addCompact({ program, terminal, finish }: Context): void {
  program
    .command("compact <rev>")
    .description("give up all revisions before REV, on all nodes; the latest data stays")
    .option("--physical", "wait until the node that answers has freed their place")
    .addHelpText(
      "after",
      examples(
        ["holdfast compact 1000", "reads before revision 1000 are refused from now on"],
        ["holdfast compact 1000 --physical --timeout 60000", "and wait for the disk"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (rev: string, _options, command: Command) =>
      finish(await compact(terminal, rev, command.optsWithGlobals())),
    );
}

function addUp({ program, terminal, finish }: Context): void {
  program
    .command("up [file]")
    .description("run all nodes of a cluster file on this machine, until Ctrl-C")
    .addOption(logLevelOption())
    .addHelpText(
      "after",
      examples(
        ["holdfast up", "three nodes, as in cluster-configs/three-nodes.yaml"],
        ["holdfast up cluster-configs/five-nodes.yaml", "five, of which any two may fail"],
      ),
    )
    .action(async (file: string | undefined, options) => {
      // What reads cluster files is most of what the command loads; only these two need it.
      const { up } = await import("../commands/up.ts");
      finish(await up(terminal, file, options));
    });
}

function addServe({ program, terminal, finish }: Context): void {
  program
    .command("serve")
    .description("run one node of a cluster file")
    .requiredOption("--config <file>", "the cluster's file, the same for every node")
    .requiredOption("--node <id>", "which of its nodes this is")
    .option("--bootstrap", "form the cluster now, without waiting for all nodes of the file")
    .option("--client <address>", "instead of the file's")
    .option("--peer <address>", "instead of the file's")
    .option("--data <directory>", "instead of the file's")
    .option("--heartbeat-ms <n>", "instead of the file's; the same on every node")
    .option("--election-timeout-ms <n>", "instead of the file's; the same on every node")
    .option(
      "--quota-bytes <n>",
      "how large the state may grow, instead of the file's; -1: no quota",
    )
    .option("--compaction-mode <mode>", "periodic or revision, instead of the file's")
    .option("--compaction-retention <past>", "such as 1h or 10000; 0 is no compaction by itself")
    .addOption(logLevelOption())
    .addHelpText(
      "after",
      examples(
        [
          "holdfast serve --config cluster.yaml --node n1",
          "logs to standard output; SIGTERM hands over and drains",
        ],
        [
          "HOLDFAST_DATA=/var/lib/holdfast holdfast serve --config cluster.yaml --node n1",
          "variables stand over the file",
        ],
      ),
    )
    .action(async (options) => {
      const { serve } = await import("../commands/serve.ts");
      finish(await serve(terminal, options));
    });
}
