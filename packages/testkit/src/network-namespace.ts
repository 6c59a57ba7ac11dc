import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { runTool } from "./run-tool.ts";

/** Whoever is started so ends when this process does, however it ends. */
const DIE_WITH_US = ["setpriv", "--pdeathsig", "KILL"] as const;
/** The network is there once it has spoken; it stays until its input ends. */
const HOLD =
  "echo 1 > /proc/sys/net/ipv4/ip_forward && ip link set lo up && echo ready && exec cat";

/**
 * A network of its own, which forwards. It has no name in the file system: it is there as long as a process
 * is in it, and whoever is in it ends with this process, so nothing of it can stay behind.
 */
export class NetworkNamespace implements AsyncDisposable {
  readonly pid: number;
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.pid = pid;
  }

  /** @throws Error where the system does not allow it. */
  static async open(): Promise<NetworkNamespace> {
    const [command, ...args] = [...DIE_WITH_US, "unshare", "--net", "sh", "-c", HOLD];
    const holder = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    await Promise.race([once(holder.stdout, "data"), failureOf(holder)]);
    if (holder.pid === undefined) throw new Error("the holder of a network has no process");
    return new NetworkNamespace(holder, holder.pid);
  }

  /** What runs the command behind it in here, as the same process. */
  get enter(): readonly string[] {
    return [...DIE_WITH_US, "nsenter", `--net=/proc/${this.pid}/ns/net`];
  }

  /** Runs a tool in here. @throws Error with what it printed, if it fails. */
  async run(command: readonly string[], input?: string): Promise<string> {
    return runTool([...this.enter, ...command], input);
  }

  /** Nothing may run in here any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return;
    const ended = once(this.#holder, "exit");
    this.#holder.stdin?.end();
    await ended;
  }
}

async function failureOf(holder: ChildProcess): Promise<never> {
  const [code] = await once(holder, "exit");
  throw new Error(`no network namespace was made: status ${code}`);
}
