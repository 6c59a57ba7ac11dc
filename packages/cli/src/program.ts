import { LOG_LEVELS } from "@holdfast/config";
import { Command, Option } from "commander";
import { benchFailover } from "./commands/bench-failover.ts";
import { del } from "./commands/del.ts";
import { get } from "./commands/get.ts";
import { put } from "./commands/put.ts";
import { serve } from "./commands/serve.ts";
import { status } from "./commands/status.ts";
import { txn } from "./commands/txn.ts";
import { up } from "./commands/up.ts";
import { OUTPUT_FORMATS } from "./global-options.ts";
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

  program.commandsGroup("Keys:");
  addGet(context);
  addPut(context);
  addDel(context);
  addTxn(context);
  program.commandsGroup("Cluster:");
  addStatus(context);
  addUp(context);
  addServe(context);
  program.commandsGroup("Measuring:");
  addBench(context);
  return program;
}

interface Context {
  readonly program: Command;
  readonly terminal: Terminal;
  readonly finish: (exitCode: number) => void;
}

function addGet({ program, terminal, finish }: Context): void {
  program
    .command("get <key>")
    .description("print the value of a key, or the keys of a range")
    .option("--prefix", "all keys that begin with KEY")
    .option("--range <end>", "keys from KEY up to END, END itself left out")
    .option("--from-key", "keys from KEY on")
    .option("--limit <n>", "at most this many keys; 0: all")
    .option("--rev <n>", "as it was at this revision")
    .option("--keys-only", "without the values")
    .option("--count-only", "only how many there are")
    .option("--serializable", "what the node has at hand, however old; works without a leader")
    .addHelpText(
      "after",
      examples(
        [
          "holdfast get greeting",
          "the value alone, as it is stored; exit status 2 if there is none",
        ],
        [
          "holdfast get user/ --prefix --limit 10",
          "a table on a terminal, KEY<tab>VALUE in a pipe",
        ],
        ["holdfast get greeting -o json", "with its revisions, named as in etcd"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (key: string, _options, command: Command) =>
      finish(await get(terminal, key, command.optsWithGlobals())),
    );
}

function addPut({ program, terminal, finish }: Context): void {
  program
    .command("put <key> <value>")
    .description("write a key; the value - is read from standard input")
    .option("--prev-kv", "print what it replaces")
    .addHelpText(
      "after",
      examples(
        ["holdfast put greeting hello", "OK once a majority has it on disk"],
        ["holdfast put logo - < logo.png", "a value from a file"],
        ["holdfast put offset -- -5", "a value that looks like an option"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (key: string, value: string, _options, command: Command) =>
      finish(await put(terminal, key, value, command.optsWithGlobals())),
    );
}

function addDel({ program, terminal, finish }: Context): void {
  program
    .command("del <key>")
    .description("delete a key or a range; that there is none is no failure")
    .option("--prefix", "all keys that begin with KEY")
    .option("--range <end>", "keys from KEY up to END, END itself left out")
    .option("--from-key", "keys from KEY on")
    .option("--prev-kv", "print what is deleted")
    .option("--yes", "yes, from the very first key on")
    .addHelpText(
      "after",
      examples(
        ["holdfast del greeting", "one key"],
        ["holdfast del user/ --prefix --prev-kv", "all of them, printing each"],
        ['holdfast del "" --prefix --yes', "everything"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (key: string, _options, command: Command) =>
      finish(await del(terminal, key, command.optsWithGlobals())),
    );
}

function addTxn({ program, terminal, finish }: Context): void {
  program
    .command("txn")
    .description("compare, then do one thing or another, as one; read from standard input")
    .addHelpText(
      "after",
      `
Three sections with an empty line after each: comparisons; what to do if all hold; what to do if not.
  comparisons   value("k") = "text"   version("k") = "0"   mod("k") > "5"   create("k") < "9"   with = != < >
  requests      get KEY [END]   put KEY VALUE   del KEY [END]   with --prefix or --from-key
${examples([
  "printf 'version(lock) = 0\\n\\nput lock me\\n\\nget lock\\n' | holdfast txn",
  "SUCCESS or FAILURE first; both exit with 0",
])}`,
    )
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await txn(terminal, command.optsWithGlobals())),
    );
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
    .action(async (file: string | undefined, options) => finish(await up(terminal, file, options)));
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
    .action(async (options) => finish(await serve(terminal, options)));
}

function addBench({ program, finish }: Context): void {
  program
    .command("bench")
    .description("measure on a cluster of its own")
    .usage("failover [OPTIONS]")
    .command("failover")
    .description("kill the leader and time the next write that another node accepts")
    .option("--rounds <n>", "how many leaders to kill", "20")
    .addHelpText(
      "after",
      examples([
        "holdfast bench failover --rounds 20",
        "each round, then median, p99 and lost writes",
      ]),
    )
    .action(async (_options, command: Command) =>
      finish(await benchFailover(command.optsWithGlobals())),
    );
}

function logLevelOption(): Option {
  return new Option("--log-level <level>", `one of ${LOG_LEVELS.join(", ")} (default: info)`);
}

const GLOBALS = "\nAlso: --endpoints, -o, --timeout; holdfast --help describes them.\n";

function examples(...given: readonly (readonly [command: string, meaning: string])[]): string {
  return [
    "",
    "Examples:",
    ...given.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`]),
    "",
  ].join("\n");
}
