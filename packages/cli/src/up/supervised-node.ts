import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { NodeConfig } from "@holdfast/config";
import type { NodeLog } from "./node-log.ts";
import { type NodeMessage, toNodeMessage } from "./node-message.ts";
import { RestartBackoff } from "./restart-backoff.ts";

/** A stopping node that has not ended after this is killed, ms: all must be over in three seconds. */
const STOP_MS = 2500;

/** How to start the process of a node. */
export interface Launch {
  readonly command: string;
  readonly argumentsOf: (nodeId: string) => readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** What happens to a node while it is supervised. */
export type NodeEvent =
  | NodeMessage
  | { readonly kind: "started"; readonly pid: number }
  /** It ended though nobody asked it to; the next start is `delayMs` away. */
  | { readonly kind: "ended"; readonly how: string; readonly delayMs: number };

/**
 * One node's process: started, watched, started again whenever it ends, until stopped.
 *
 * The process leads a group of its own, so that a Ctrl-C in the terminal reaches
 * it only through {@link stop}, and has an IPC channel, whose end tells it that
 * its supervisor is gone (decision 25).
 */
export class SupervisedNode {
  readonly config: NodeConfig;
  readonly #launch: Launch;
  readonly #log: NodeLog;
  readonly #onEvent: (event: NodeEvent) => void;
  readonly #backoff = new RestartBackoff();
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(parts: {
    readonly config: NodeConfig;
    readonly launch: Launch;
    readonly log: NodeLog;
    readonly onEvent: (event: NodeEvent) => void;
  }) {
    this.config = parts.config;
    this.#launch = parts.launch;
    this.#log = parts.log;
    this.#onEvent = parts.onEvent;
  }

  /** The running process; undefined between two. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    const { command, argumentsOf, env } = this.#launch;
    const child = spawn(command, argumentsOf(this.config.id), {
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => this.#log.write(chunk));
    }
    child.on("message", (received) => {
      const message = toNodeMessage(received);
      if (message !== undefined) this.#onEvent(message);
    });
    // An error before there is a process is told by "close" too, with a negative code.
    child.on("error", () => {});
    this.#ended = once(child, "close").then(([code, signal]) => {
      this.#child = undefined;
      if (!this.#stopping)
        this.#startAgain(describeEnd(code, signal), performance.now() - startedAt);
    });
    if (child.pid !== undefined) this.#onEvent({ kind: "started", pid: child.pid });
  }

  /** Asks the process to end, insists after 2.5 s, and resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined) {
      child.kill("SIGTERM");
      const insist = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await this.#ended;
      clearTimeout(insist);
    }
    this.#log.close();
  }

  /** Ends the process at once, without its help. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#child?.kill("SIGKILL");
  }

  #startAgain(how: string, ranForMs: number): void {
    const delayMs = this.#backoff.next(ranForMs);
    this.#onEvent({ kind: "ended", how, delayMs });
    this.#restart = setTimeout(() => this.start(), delayMs);
  }
}

function describeEnd(code: unknown, signal: unknown): string {
  if (typeof signal === "string") return `was killed by ${signal}`;
  if (typeof code === "number" && code < 0) return "could not be started";
  return `exited with code ${code}`;
}
