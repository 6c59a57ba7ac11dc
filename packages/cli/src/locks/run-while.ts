import { spawn } from "node:child_process";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** A command that is told to end has so long, ms. */
const ENDS_WITHIN_MS = 5_000;
/** What a shell says of a command that a signal ended. */
const ENDED_BY_SIGNAL = 128;
const SIGTERM = 15;

/** Runs a command with more in its environment, and tells it to end when the signal fires. Resolves with its exit status. */
export function runWhile(
  { env }: Pick<Terminal, "env">,
  [program = "", ...args]: readonly string[],
  signal: AbortSignal,
  more: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: { ...env, ...more } });
    let insist: NodeJS.Timeout | undefined;
    const end = (): void => {
      child.kill("SIGTERM");
      insist = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MS);
    };
    signal.addEventListener("abort", end, { once: true });
    const settle = (): void => {
      clearTimeout(insist);
      signal.removeEventListener("abort", end);
    };
    child.once("error", (failure) => {
      settle();
      reject(new UsageError(`the command cannot be run: ${failure.message}`));
    });
    child.once("exit", (code) => {
      settle();
      resolve(code ?? ENDED_BY_SIGNAL + SIGTERM);
    });
  });
}
