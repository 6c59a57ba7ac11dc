import type { Command } from "commander";
import { type Context, examples, GLOBALS } from "./context.ts";

const OUTPUT_ONLY = "\nAlso: -o; holdfast --help describes it.\n";

/** Copies of all data, kept outside of the cluster. */
export function addSnapshotCommands(context: Context): void {
  const { program } = context;
  program.commandsGroup("Cluster:");
  const snapshot = program
    .command("snapshot")
    .description("copy all data into a file, look into it, or begin a cluster with it")
    .usage("save|status|restore [ARGUMENTS] [OPTIONS]");
  addSave(snapshot, context);
  addStatus(snapshot, context);
  addRestore(snapshot, context);
}

function addSave(snapshot: Command, { terminal, finish }: Context): void {
  snapshot
    .command("save <file>")
    .description("copy all that one node has, the first that answers, and check the copy")
    .addHelpText(
      "after",
      examples(
        ["holdfast snapshot save backup.db", "reads and writes go on meanwhile"],
        ["holdfast --endpoints 127.0.0.1:22379 snapshot save backup.db", "of that node"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (file: string, _options, command: Command) => {
      const { snapshotSave } = await import("../commands/snapshot-save.ts");
      finish(await snapshotSave(terminal, file, command.optsWithGlobals()));
    });
}

function addStatus(snapshot: Command, { terminal, finish }: Context): void {
  snapshot
    .command("status <file>")
    .description("check every byte of a snapshot, and tell what it holds")
    .addHelpText(
      "after",
      examples(["holdfast snapshot status backup.db -o json", "exit status 3 if it is damaged"]),
    )
    .addHelpText("after", OUTPUT_ONLY)
    .action(async (file: string, _options, command: Command) => {
      const { snapshotStatus } = await import("../commands/snapshot-status.ts");
      finish(await snapshotStatus(terminal, file, command.optsWithGlobals()));
    });
}

function addRestore(snapshot: Command, { terminal, finish }: Context): void {
  snapshot
    .command("restore <file>")
    .description("make the directories of a new cluster that begins with a snapshot")
    .requiredOption("--config <file>", "the new cluster's file; all its nodes are made here")
    .option(
      "--bump-revision <n>",
      "begin so far above the snapshot's revision, all before it compacted (default: 1000000000)",
    )
    .addHelpText(
      "after",
      examples(
        [
          "holdfast snapshot restore backup.db --config cluster.yaml",
          "then move each directory to its machine, and start the nodes",
        ],
        [
          "holdfast snapshot restore backup.db --config cluster.yaml --bump-revision 0",
          "revisions as they were: only where nobody remembers a later one",
        ],
      ),
    )
    .addHelpText("after", OUTPUT_ONLY)
    .action(async (file: string, _options, command: Command) => {
      const { snapshotRestore } = await import("../commands/snapshot-restore.ts");
      finish(await snapshotRestore(terminal, file, command.optsWithGlobals()));
    });
}
