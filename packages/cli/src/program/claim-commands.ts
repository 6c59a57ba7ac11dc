import type { Command } from "commander";
import { elect } from "../commands/elect.ts";
import { leaseGrant, leaseKeepAlive, leaseList, leaseRevoke, leaseTtl } from "../commands/lease.ts";
import { lock } from "../commands/lock.ts";
import { type Context, examples, GLOBALS } from "./context.ts";

/** What lasts as long as somebody keeps it alive. */
export function addClaimCommands(context: Context): void {
  context.program.commandsGroup("Leases, locks, elections:");
  addLease(context);
  addLock(context);
  addElect(context);
}

function addLease({ program, terminal, finish }: Context): void {
  const lease = program
    .command("lease")
    .description("grant, revoke, look at, list or keep alive leases")
    .usage("grant|revoke|ttl|list|keep-alive [ARGUMENTS] [OPTIONS]");
  lease
    .command("grant <seconds>")
    .description("a lease that ends after so many seconds unless it is kept alive")
    .addHelpText(
      "after",
      examples(["holdfast lease grant 60", "prints its id; put with --lease ID hangs a key on it"]),
    )
    .addHelpText("after", GLOBALS)
    .action(async (seconds: string, _options, command: Command) =>
      finish(await leaseGrant(terminal, seconds, command.optsWithGlobals())),
    );
  lease
    .command("revoke <id>")
    .description("end a lease, and delete all that hangs on it")
    .addHelpText("after", GLOBALS)
    .action(async (id: string, _options, command: Command) =>
      finish(await leaseRevoke(terminal, id, command.optsWithGlobals())),
    );
  lease
    .command("ttl <id>")
    .description("what is left of a lease; exit status 2 if there is none")
    .option("--keys", "with the keys that hang on it")
    .addHelpText("after", GLOBALS)
    .action(async (id: string, _options, command: Command) =>
      finish(await leaseTtl(terminal, id, command.optsWithGlobals())),
    );
  lease
    .command("list")
    .description("the ids of all leases")
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await leaseList(terminal, command.optsWithGlobals())),
    );
  lease
    .command("keep-alive <id>")
    .description("renew a lease until Ctrl-C")
    .option("--once", "renew it once")
    .addHelpText("after", GLOBALS)
    .action(async (id: string, _options, command: Command) =>
      finish(await leaseKeepAlive(terminal, id, command.optsWithGlobals())),
    );
}

function addLock({ program, terminal, finish }: Context): void {
  program
    .command("lock <name> [command...]")
    .description("wait for a lock, then hold it while a command runs, or until Ctrl-C")
    .option("--ttl <seconds>", "passes on so long after this process died (default: 10)")
    .addHelpText(
      "after",
      examples(
        [
          "holdfast lock deploy -- ./deploy.sh",
          "its exit status; HOLDFAST_LOCK_TOKEN tells old holders",
        ],
        ["holdfast lock deploy", "prints the key that is there as long as it is held"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (name: string, words: readonly string[], _options, command: Command) =>
      finish(await lock(terminal, name, words, command.optsWithGlobals())),
    );
}

function addElect({ program, terminal, finish }: Context): void {
  program
    .command("elect <name> [value]")
    .description("campaign until it leads, then lead until Ctrl-C; or listen to who leads")
    .option("--listen", "print who leads, and each change")
    .option("--ttl <seconds>", "another leads so long after this process died (default: 10)")
    .addHelpText(
      "after",
      examples(
        ["holdfast elect primary host-7", "prints KEY<tab>VALUE once it leads"],
        ["holdfast elect primary --listen", "KEY<tab>VALUE for each leader"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (name: string, value: string | undefined, _options, command: Command) =>
      finish(await elect(terminal, name, value, command.optsWithGlobals())),
    );
}
