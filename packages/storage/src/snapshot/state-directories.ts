import { assert } from "@holdfast/base";
import type { Files } from "../files.ts";

const NAME = /^state\.([1-9][0-9]{0,14})$/;

/**
 * The directories with applied states, `state.1`, `state.2`, …: the log names the one
 * that counts; another is a state on its way in, or one that was replaced (decision 9).
 */
export class StateDirectories {
  readonly #files: Files;
  #last = 0;

  constructor(files: Files) {
    this.#files = files;
  }

  /**
   * Removes every state but the named one: halves that a crash left behind, and states
   * that were replaced. Answers what was removed. The named one is found there after a
   * power cut from now on, be it as an empty directory: batches say nothing of its name.
   */
  async keepOnly(directory: string): Promise<readonly string[]> {
    const number = NAME.exec(directory)?.[1];
    assert(number !== undefined, `${directory} is a state's directory`);
    this.#last = Number(number);
    const names = await this.#files.list("");
    const others = names.filter((name) => NAME.test(name) && name !== directory);
    for (const name of others) await this.#files.removeDirectory(name);
    if (!names.includes(directory)) await this.#files.makeDirectory(directory);
    // Also where nothing changed: a killed process may have made it and not come to this.
    await this.#files.syncDirectory("");
    return others;
  }

  /** A name that no directory has had since the log was opened, above that of the state that counts. */
  next(): string {
    this.#last++;
    return `state.${this.#last}`;
  }

  /** A state that was made below {@link next}'s name will be found there after a power cut. */
  sync(): Promise<void> {
    return this.#files.syncDirectory("");
  }

  remove(directory: string): Promise<void> {
    assert(NAME.test(directory), `${directory} is a state's directory`);
    return this.#files.removeDirectory(directory);
  }
}
