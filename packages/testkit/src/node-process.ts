import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type EndpointStatus, EtcdEndpoint } from "@holdfast/client";
import type { NodeConfig } from "@holdfast/config";

/** How a process ended. */
export interface ExitStatus {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export interface NodeProcessOptions {
  /** The cluster's file. */
  readonly configPath: string;
  /** Where its output goes; appended to at each start. */
  readonly logPath: string;
  /** For Node.js itself, before the command. */
  readonly nodeFlags?: readonly string[] | undefined;
  /** What becomes the node, as the same process, somewhere else: see `NodeHost`. */
  readonly enter?: readonly string[] | undefined;
}

const COMMAND = fileURLToPath(new URL("../../cli/bin/holdfast.mjs", import.meta.url));
/** How long a status or a page may take, ms. */
const ASK_MS = 1000;
const LIBUV_THREADS = "8";

/** One node of a cluster as a process of its own, to be killed, paused, stopped and started again. */
export class NodeProcess {
  readonly id: string;
  /** `host:port` for clients. */
  readonly client: string;
  readonly peer: string;
  readonly data: string;
  readonly #options: NodeProcessOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<ExitStatus> | undefined;

  constructor({ id, client, peer, data }: NodeConfig, options: NodeProcessOptions) {
    this.id = id;
    this.client = client;
    this.peer = peer;
    this.data = data;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Spawns the process; resolves when it runs, not when it serves. Harmless while it runs. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const log = openSync(this.#options.logPath, "a");
    const { nodeFlags = [], enter = [], configPath } = this.#options;
    const command = [COMMAND, "serve", "--config", configPath, "--node", this.id];
    const [program = "", ...args] = [...enter, process.execPath, ...nodeFlags, ...command];
    const child = spawn(program, args, {
      stdio: ["ignore", log, log],
      env: { ...process.env, UV_THREADPOOL_SIZE: LIBUV_THREADS },
    });
    closeSync(log);
    this.#child = child;
    this.#ended = once(child, "exit").then(
      ([code, signal]: readonly (number | string | null)[]) => {
        if (this.#child === child) this.#child = undefined;
        return {
          code: Number.isInteger(code) ? Number(code) : undefined,
          signal: signal?.toString(),
        };
      },
    );
    await once(child, "spawn");
  }

  /** SIGKILL: the process is gone when this resolves. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#ended;
  }

  /** Sends SIGKILL and does not wait: for those who measure from here, and for clean-up. */
  killNow(): void {
    this.signal("SIGKILL");
  }

  /** SIGSTOP: the process keeps its connections and does nothing. */
  pause(): void {
    this.signal("SIGSTOP");
  }

  /** SIGCONT. */
  resume(): void {
    this.signal("SIGCONT");
  }

  /** SIGTERM: resolves with how it ended. */
  async stop(): Promise<ExitStatus> {
    this.signal("SIGTERM");
    return this.exited();
  }

  /** How the process ends, or how the last one ended. */
  async exited(): Promise<ExitStatus> {
    if (this.#ended === undefined) throw new Error(`${this.id} was never started`);
    return this.#ended;
  }

  /** Removes its directory; the process must not run. */
  async wipe(): Promise<void> {
    if (this.#child !== undefined)
      throw new Error(`${this.id} runs: kill it before its directory is wiped`);
    await rm(this.data, { recursive: true, force: true });
  }

  /** Everything that it has printed since the cluster began. */
  async logs(): Promise<string> {
    return readFile(this.#options.logPath, "utf8").catch(() => "");
  }

  /** What it says about itself; `down` where it does not answer. */
  async status(): Promise<EndpointStatus> {
    const endpoint = new EtcdEndpoint(this.client);
    try {
      return await endpoint.status({ timeoutMs: ASK_MS });
    } finally {
      endpoint.close();
    }
  }

  /** Its `/metrics`, by name with labels as printed. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const answer = await fetch(`http://${this.client}/metrics`, {
      signal: AbortSignal.timeout(ASK_MS),
    });
    if (!answer.ok) throw new Error(`${this.id}: /metrics answered ${answer.status}`);
    return parseMetrics(await answer.text());
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
}

/** Reads Prometheus's text form; comments are left out. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const end = line.includes("}") ? line.lastIndexOf("}") + 1 : line.indexOf(" ");
    values.set(line.slice(0, end), Number(line.slice(end).trim().split(" ")[0]));
  }
  return values;
}
