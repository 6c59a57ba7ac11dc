import type { Command } from "commander";
import { del } from "../commands/del.ts";
import { get } from "../commands/get.ts";
import { put } from "../commands/put.ts";
import { txn } from "../commands/txn.ts";
import { watch } from "../commands/watch.ts";
import { type Context, examples, GLOBALS } from "./context.ts";

/** Reading and writing keys. */
export function addKeyCommands(context: Context): void {
  context.program.commandsGroup("Keys:");
  addGet(context);
  addPut(context);
  addDel(context);
  addTxn(context);
  addWatch(context);
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
    .option("--lease <id>", "delete it when this lease ends")
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

function addWatch({ program, terminal, finish }: Context): void {
  program
    .command("watch <key>")
    .description("print what becomes of a key or a range, also while nodes fail")
    .option("--prefix", "all keys that begin with KEY")
    .option("--range <end>", "keys from KEY up to END, END itself left out")
    .option("--from-key", "keys from KEY on")
    .option("--rev <n>", "from this revision on; without it, from now on")
    .option("--prev-kv", "with what was before")
    .option("--count <n>", "end after so many changes")
    .addHelpText(
      "after",
      examples(
        ["holdfast watch user/ --prefix", "REVISION<tab>PUT<tab>KEY<tab>VALUE, line by line"],
        [
          "holdfast watch greeting --rev 1",
          "all that ever happened, as far as it was not compacted",
        ],
        ["holdfast watch job --count 1 -o json", "waits for one change, named as in etcd"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (key: string, _options, command: Command) =>
      finish(await watch(terminal, key, command.optsWithGlobals())),
    );
}
