import { rename, writeFile } from "node:fs/promises";
import type { NodeHost } from "./node-host.ts";

/** Where Debian has it, for whichever kind of machine. */
const LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1";
const SETTINGS = [
  // Only the clock on the wall is wrong: the other one cannot be set in any system.
  "FAKETIME_DONT_FAKE_MONOTONIC=1",
  "FAKETIME_NO_CACHE=1",
  "NO_FAKE_STAT=1",
].join(" ");

/** A clock on the wall that is wrong, and can be set while processes look at it: `libfaketime`, from a file. */
export class ShiftedClock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Right at first. `path`: its file, in a directory that is there and is removed by the caller. */
  static async at(path: string): Promise<ShiftedClock> {
    const clock = new ShiftedClock(path);
    await clock.shift(0);
    return clock;
  }

  /** So much fast from now on; negative: slow. Whoever looks sees the jump at once. */
  async shift(seconds: number): Promise<void> {
    // In one piece, as it is read at every look.
    await writeFile(`${this.#path}.next`, `${seconds < 0 ? "" : "+"}${seconds}\n`);
    await rename(`${this.#path}.next`, this.#path);
  }

  /** The same host with this clock. Its shared memory is its own: the library leaves some behind when it is killed. */
  on({ ip, enter }: NodeHost): NodeHost {
    const preload = `LD_PRELOAD=$(echo ${LIBRARY})`;
    const look = `FAKETIME_TIMESTAMP_FILE='${this.#path}'`;
    const become = `mount -t tmpfs tmpfs /dev/shm && exec env ${preload} ${look} ${SETTINGS} "$@"`;
    return { ip, enter: [...enter, "unshare", "--mount", "sh", "-c", become, "sh"] };
  }
}
