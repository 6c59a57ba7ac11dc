import { spawnSync } from "node:child_process";
import { mkdir, open, readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";

const MIB = 1024 * 1024;
const FILLER = "filler";

/** A small file system in memory for one node's directory, to be filled by a file that is none of the node's. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;
  #isMounted = true;

  private constructor(path: string) {
    this.path = path;
  }

  static async mount(path: string, bytes: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "holdfast-test", path);
    return new SmallDisk(path);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  /** Whether there is a file of that name in the node's directory. */
  async has(name: string): Promise<boolean> {
    return (await readdir(this.path)).includes(name);
  }

  /** Fills it until only so many bytes are free; again, to take what became free since. */
  async fill({ leaving }: { readonly leaving: number }): Promise<void> {
    const piece = new Uint8Array(MIB);
    const file = await open(join(this.path, FILLER), "a");
    try {
      for (let left = (await this.freeBytes()) - leaving; left > 0; left -= MIB) {
        await file.write(piece, 0, Math.min(MIB, left));
      }
    } catch (failure) {
      // The node took the rest meanwhile.
      if (!(failure instanceof Error && "code" in failure && failure.code === "ENOSPC"))
        throw failure;
    } finally {
      await file.close();
    }
  }

  /** Somebody frees disk space. */
  async free(): Promise<void> {
    await rm(join(this.path, FILLER), { force: true });
  }

  /** Nothing may have a file open on it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isMounted) return;
    this.#isMounted = false;
    run("umount", this.path);
  }
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}
