import { LOG_LEVELS } from "@holdfast/config/log-levels";
import { type Command, Option } from "commander";
import type { Terminal } from "../terminal.ts";

/** What every command of the program is added with. */
export interface Context {
  readonly program: Command;
  readonly terminal: Terminal;
  /** Takes the exit status of the command that ran. */
  readonly finish: (exitCode: number) => void;
}

export function logLevelOption(): Option {
  return new Option("--log-level <level>", `one of ${LOG_LEVELS.join(", ")} (default: info)`);
}

export const GLOBALS = "\nAlso: --endpoints, -o, --timeout; holdfast --help describes them.\n";

/** A block of examples for a command's help. */
export function examples(
  ...given: readonly (readonly [command: string, meaning: string])[]
): string {
  return [
    "",
    "Examples:",
    ...given.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`]),
    "",
  ].join("\n");
}
