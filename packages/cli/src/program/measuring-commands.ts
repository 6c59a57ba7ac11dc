import { type Command, Option } from "commander";
import { benchCore } from "../commands/bench-core.ts";
import { benchFailover } from "../commands/bench-failover.ts";
import { benchValues } from "../commands/bench-values.ts";
import type { SimOptions } from "../commands/sim.ts";
import type { ExploreOptions } from "../commands/sim-explore.ts";
import type { MutantOptions } from "../commands/sim-mutants.ts";
import type { SimSeedOptions } from "../commands/sim-seed.ts";
import { UsageError } from "../usage-error.ts";
import { type Context, examples } from "./context.ts";

/** Measuring and proving. */
export function addMeasuringCommands(context: Context): void {
  context.program.commandsGroup("Measuring:");
  addBench(context);
  addSim(context);
}

function addBench({ program, terminal, finish }: Context): void {
  const bench = program.command("bench").description("measure on this machine");
  bench
    .command("core")
    .description("entries that three cores commit a second, without disk and network")
    .option("--rounds <n>", "how many seconds to measure", "5")
    .addHelpText("after", examples(["holdfast bench core", "the median of five rounds"]))
    .action(async (_options, command: Command) =>
      finish(await benchCore(terminal, command.optsWithGlobals())),
    );
  bench
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
  addBenchValues(bench, terminal, finish);
}

function addBenchValues(
  bench: Command,
  terminal: Context["terminal"],
  finish: Context["finish"],
): void {
  bench
    .command("values")
    .description("what it costs and saves that small values stand with their key")
    .option("--rounds <n>", "how often each store is measured", "1")
    .option("--keys <n>", "keys of a store; fewer where values are large", "50000")
    .option("--batch <n>", "puts of one entry", "32")
    .option("--sizes <bytes,...>", "sizes of values", "32,128,256,512,1024,4096")
    .option("--directory <path>", "where stores are made and removed again (default: the system's)")
    .addHelpText(
      "after",
      examples(
        ["holdfast bench values", "the figures of docs/decisions/0005, in three to five minutes"],
        ["holdfast bench values --keys 5000 --sizes 64,1024", "a quick look"],
      ),
    )
    .action(async (_options, command: Command) =>
      finish(await benchValues(terminal, command.optsWithGlobals())),
    );
}

function addSim({ program, terminal, finish }: Context): void {
  program
    .command("sim")
    .description(
      "run whole clusters in virtual time, under faults, and watch that every promise is kept",
    )
    .option("--seed <n>", "one run; its whole course follows from the seed")
    .option("--seeds <a..b>", "a run for each seed from a to b")
    .option("--minutes <m>", "as many runs as fit; from --seed on, or from fresh seeds")
    .option("--jobs <n>", "processes beside each other (default: all cores with --minutes, else 1)")
    .option(
      "--lane <lane>",
      "core, server (whole nodes) or both (default: core for seeds, else both)",
    )
    .option(
      "--storm <ms>",
      "how long faults are on in each run, virtual ms (default: 20000; server 40000)",
    )
    .option("--verbose", "with --seed: every event")
    .option("--mutants [part]", "hunt mistakes made on purpose, or those with this in their name")
    .option("--explore", "all that can happen to a few cores within bounds, instead of seeds")
    .option("--bounds <name=n,...>", "with --explore: its bounds, such as terms=3,messages=2")
    .option("--memory <MiB>", "with --explore: give up beyond it (default: 3000)")
    .option("--shrink [file]", "with --seed: a smaller run that breaks the same promise, as a plan")
    .option("--shrink-runs <n>", "runs that this may take (default: 3000)")
    .option("--shrink-seconds <s>", "and time (default: 120)")
    .option("--plan <file>", "instead of --seed: the run that --shrink has left")
    .option("--report <file.html>", "with --seed or --plan: a page that draws the run")
    .option(
      "--mutant <name>",
      "with --seed, --plan or --explore: with that mistake; storm of 4 s, of whole nodes 20 s",
    )
    .addOption(new Option("--worker-stride <n>").hideHelp())
    .addHelpText(
      "after",
      examples(
        ["holdfast sim --minutes 10", "the last line sums up; status 0 only if nothing was broken"],
        ["holdfast sim --seed 4711 --verbose", "one run again, event by event"],
        [
          "holdfast sim --seed 4711 --shrink --report run.html",
          "what it takes, and a drawing of it",
        ],
        ["holdfast sim --mutants", "status 0 only if every mistake is seen"],
        ["holdfast sim --explore --bounds members=2", "every course of two cores"],
      ),
    )
    .action(
      async (options: SimOptions & SimSeedOptions & Partial<MutantOptions> & ExploreOptions) => {
        const { mutants, explore } = options;
        if (explore === true) {
          const { simExplore } = await import("../commands/sim-explore.ts");
          return finish(await simExplore(terminal, options));
        }
        const { isOfOneRun, simSeed } = await import("../commands/sim-seed.ts");
        if (isOfOneRun(options)) return finish(await simSeed(terminal, options));
        refuseStray(options);
        if (mutants !== undefined) {
          const { simMutants } = await import("../commands/sim-mutants.ts");
          return finish(await simMutants(terminal, { ...options, mutants }));
        }
        const { sim } = await import("../commands/sim.ts");
        finish(await sim(terminal, options));
      },
    );
}

function refuseStray({ bounds, memory }: ExploreOptions): void {
  const stray = Object.entries({ bounds, memory }).find(([, value]) => value !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray[0]} goes with --explore only`);
}
