import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "@holdfast/testkit";

/** How a run of the command ended. */
export interface CommandResult {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Given over the environment; a variable that is `undefined` is taken away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly cwd?: string;
}

const COMMAND = fileURLToPath(new URL("../packages/cli/bin/holdfast.mjs", import.meta.url));
const ENDS_WITHIN_MS = 10_000;

/** Runs `holdfast` to its end. */
export async function holdfast(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  await using command = new RunningCommand(args, options);
  const code = await command.exited;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

/** `holdfast` while it runs; `await using` ends it, and with it the nodes that it has started. */
export class RunningCommand implements AsyncDisposable {
  readonly exited: Promise<number | undefined>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  #isOver = false;

  constructor(args: readonly string[], { env, input, cwd }: CommandOptions = {}) {
    this.#child = spawn(process.execPath, [COMMAND, ...args], {
      env: { ...process.env, HOLDFAST_ENDPOINTS: undefined, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#child.stdin?.end(input ?? "");
    this.exited = once(this.#child, "close").then(([code]) => {
      this.#isOver = true;
      return typeof code === "number" ? code : undefined;
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the command was not started");
    return this.#child.pid;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the match once standard output has one. */
  async prints(pattern: RegExp, { within }: { readonly within: number }): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | undefined => {
      const match = pattern.exec(this.#stdout);
      if (match !== null) return match;
      if (this.#isOver) throw new Error(`it ended\n${this.#stdout}${this.#stderr}`);
      return undefined;
    };
    return eventually(look, { within, what: `${pattern} on standard output` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.signal("SIGTERM");
    const insist = setTimeout(() => this.signal("SIGKILL"), ENDS_WITHIN_MS);
    await this.exited;
    clearTimeout(insist);
  }
}
