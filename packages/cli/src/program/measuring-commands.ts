import type { Command } from "commander";
import { benchFailover } from "../commands/bench-failover.ts";
import { type Context, examples } from "./context.ts";

/** Measuring and proving. */
export function addMeasuringCommands(context: Context): void {
  context.program.commandsGroup("Measuring:");
  addBench(context);
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
