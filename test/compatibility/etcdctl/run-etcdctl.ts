import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const RUN_MS_MAX = 20_000;

/** How a run of etcdctl ended, or how far it had come when it was told to end. */
export interface EtcdctlRun {
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface EtcdctlOrder {
  readonly args: readonly string[];
  readonly input?: string | undefined;
  /** Resolves when a run that does not end by itself has done enough. */
  readonly enough?: ((printed: () => string) => Promise<void>) | undefined;
}

/** Runs the real etcdctl to its end, or until it is enough. */
export async function runEtcdctl({ args, input, enough }: EtcdctlOrder): Promise<EtcdctlRun> {
  const child = spawn("etcdctl", [...args], {
    env: { ...process.env, ETCDCTL_API: "3" },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: RUN_MS_MAX,
  });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined);
  // One that is to go on reads on, too.
  if (enough === undefined) child.stdin.end(input ?? "");
  else child.stdin.write(input ?? "");
  const ended = once(child, "close");
  if (enough !== undefined) {
    await Promise.race([enough(() => Buffer.concat(stdout).toString()), ended]).finally(() =>
      interrupt(child),
    );
  }
  const [code] = await ended;
  const isOwnEnd = enough === undefined && typeof code === "number";
  return { code: isOwnEnd ? code : undefined, stdout: Buffer.concat(stdout), stderr };
}

function interrupt(child: ChildProcess): void {
  child.kill("SIGTERM");
}
