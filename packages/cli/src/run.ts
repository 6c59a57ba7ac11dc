import { CommanderError } from "commander";
import { describeFailure } from "./describe-failure.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { makeProgram } from "./program.ts";
import { type Terminal, write } from "./terminal.ts";

/**
 * Runs one command line, without the name of the program.
 *
 * @returns the exit status; failures are told on the terminal, not thrown.
 */
export async function run(given: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = makeProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(given, { from: "user" });
    return exitCode;
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? EXIT.ok : EXIT.usage;
    await write(terminal.err, describeFailure(failure));
    return exitCodeOf(failure, program.args[0]);
  }
}
