import { CLIENT_COMMANDS } from "./client-commands.ts";
import { DISK_COMMANDS } from "./disk-commands.ts";
import { LOOK_COMMANDS } from "./look-commands.ts";
import { NETWORK_COMMANDS } from "./network-commands.ts";
import { SETUP_COMMANDS } from "./setup-commands.ts";
import { Stage } from "./stage.ts";
import { TIME_COMMANDS } from "./time-commands.ts";
import { parseWords, type Words } from "./words.ts";

/** Does something on the stage; what comes of it is printed there. */
export type Command = (stage: Stage, words: Words) => void;

const COMMANDS: Readonly<Record<string, Command>> = {
  ...SETUP_COMMANDS,
  ...TIME_COMMANDS,
  ...NETWORK_COMMANDS,
  ...DISK_COMMANDS,
  ...CLIENT_COMMANDS,
  ...LOOK_COMMANDS,
};

/** A fresh stage that answers command lines with what they print. */
export function newStage(): (line: string) => readonly string[] {
  const stage = new Stage();
  return (line) => {
    const words = parseWords(line);
    const command = Object.hasOwn(COMMANDS, words.command) ? COMMANDS[words.command] : undefined;
    if (command === undefined) throw new Error(`there is no command "${words.command}"`);
    try {
      command(stage, words);
    } catch (failure) {
      const printed = stage.takeLines().map((out) => `\n  ${out}`);
      const { message } = failure as Error;
      throw new Error(`at "${line}": ${message}${printed.join("")}`, { cause: failure });
    }
    return stage.takeLines();
  };
}
