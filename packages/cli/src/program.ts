import { Command, Option } from "commander";
import { OUTPUT_FORMATS } from "./global-options.ts";
import { addAlarmCommands } from "./program/alarm-commands.ts";
import { addClaimCommands } from "./program/claim-commands.ts";
import { addClusterCommands } from "./program/cluster-commands.ts";
import type { Context } from "./program/context.ts";
import { addKeyCommands } from "./program/key-commands.ts";
import { addMeasuringCommands } from "./program/measuring-commands.ts";
import { addMemberCommands } from "./program/member-commands.ts";
import { addSnapshotCommands } from "./program/snapshot-commands.ts";
import type { Terminal } from "./terminal.ts";

const EXIT_STATUSES = `
Exit status:
  0 done   1 wrong usage or configuration   2 no such key   3 cannot be done as things are   4 cluster unavailable
`;

/** The whole command line; `finish` takes the exit status of the command that ran. */
export function makeProgram(terminal: Terminal, finish: (exitCode: number) => void): Command {
  const program = new Command("holdfast")
    .description("A distributed, replicated key-value store that speaks the etcd v3 API.")
    .usage("COMMAND [ARGUMENTS] [OPTIONS]")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "error USAGE: ")),
    })
    .showHelpAfterError("  next: add --help, with or without a command")
    .option(
      "--endpoints <list>",
      "client addresses, commas between (HOLDFAST_ENDPOINTS; default: this machine's three nodes)",
    )
    .addOption(new Option("-o, --output <format>", "how to print").choices(OUTPUT_FORMATS))
    .option("--timeout <ms>", "how long to wait for the cluster (default: 5000)")
    .addHelpText("after", EXIT_STATUSES);
  const context: Context = { program, terminal, finish };

  addKeyCommands(context);
  addClaimCommands(context);
  addClusterCommands(context);
  addAlarmCommands(context);
  addMemberCommands(context);
  addSnapshotCommands(context);
  addMeasuringCommands(context);
  return program;
}
