import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";

const HEALTHY_WITHIN_MS = 20_000;
const ASK_MS = 1000;
const LAST_LINES = 15;

export interface EtcdClusterOptions {
  /** @default 1 */
  readonly nodes?: number;
  /** More of etcd's flags, for every node. */
  readonly flags?: readonly string[];
}

/**
 * Starts etcd itself, as `etcd` on the PATH, on free ports of this machine, and waits until all of it is healthy.
 *
 * `await using` ends the processes and removes the files, also when a test fails.
 */
export async function startEtcd({
  nodes = 1,
  flags = [],
}: EtcdClusterOptions = {}): Promise<EtcdCluster> {
  const directory = await temporaryDirectory();
  const ports = await freePorts(2 * nodes);
  const places = Array.from({ length: nodes }, (_, at) => {
    const name = `n${at + 1}`;
    const [client, peer] = ports.slice(2 * at);
    return { name, client: `127.0.0.1:${client}`, peer: `127.0.0.1:${peer}` };
  });
  const cluster = new EtcdCluster(directory, places);
  try {
    await cluster.start(flags);
    return cluster;
  } catch (failure) {
    const logs = await cluster.lastWords();
    await cluster.stop();
    throw new Error(`etcd did not start\n${logs}`, { cause: failure });
  }
}

interface EtcdPlace {
  readonly name: string;
  /** `host:port` */
  readonly client: string;
  readonly peer: string;
}

/** Running processes of etcd that are one cluster. */
export class EtcdCluster implements AsyncDisposable {
  readonly #directory: TemporaryDirectory;
  readonly #places: readonly EtcdPlace[];
  #children: readonly ChildProcess[] = [];
  readonly #killAll = (): void => {
    for (const child of this.#children) child.kill("SIGKILL");
  };

  constructor(directory: TemporaryDirectory, places: readonly EtcdPlace[]) {
    this.#directory = directory;
    this.#places = places;
  }

  /** Client addresses of all nodes. */
  get endpoints(): readonly string[] {
    return this.#places.map(({ client }) => client);
  }

  /** Addresses for one another. */
  get peers(): readonly string[] {
    return this.#places.map(({ peer }) => peer);
  }

  async start(flags: readonly string[]): Promise<void> {
    process.once("exit", this.#killAll);
    this.#children = this.#places.map((place) => this.#spawn(place, flags));
    await Promise.all(this.endpoints.map((endpoint) => this.#healthy(endpoint)));
  }

  /** The end of each node's output, for the message of a failure. */
  async lastWords(): Promise<string> {
    const texts = await Promise.all(
      this.#places.map(async ({ name }) => {
        const log = await readFile(this.#logPath(name), "utf8").catch(() => "");
        return `--- ${name}\n${log.trimEnd().split("\n").slice(-LAST_LINES).join("\n")}`;
      }),
    );
    return texts.join("\n");
  }

  /** Kills the processes and removes their files. */
  async stop(): Promise<void> {
    await Promise.all(this.#children.map(kill));
    process.removeListener("exit", this.#killAll);
    await this.#directory.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #spawn({ name, client, peer }: EtcdPlace, flags: readonly string[]): ChildProcess {
    const all = this.#places.map((place) => `${place.name}=http://${place.peer}`).join(",");
    const log = openSync(this.#logPath(name), "a");
    const child = spawn(
      "etcd",
      [
        `--name=${name}`,
        `--data-dir=${join(this.#directory.path, name)}`,
        `--listen-client-urls=http://${client}`,
        `--advertise-client-urls=http://${client}`,
        `--listen-peer-urls=http://${peer}`,
        `--initial-advertise-peer-urls=http://${peer}`,
        `--initial-cluster=${all}`,
        "--initial-cluster-state=new",
        ...flags,
      ],
      { stdio: ["ignore", log, log], env: withoutEtcdSettings() },
    );
    closeSync(log);
    return child;
  }

  async #healthy(endpoint: string): Promise<void> {
    await eventually(
      async () => {
        const answer = await fetch(`http://${endpoint}/health`, {
          signal: AbortSignal.timeout(ASK_MS),
        });
        return answer.ok;
      },
      { within: HEALTHY_WITHIN_MS, what: `health of etcd at ${endpoint}` },
    );
  }

  #logPath(name: string): string {
    return join(this.#directory.path, `${name}.log`);
  }
}

/** Any `ETCD_…` would be one of its flags. */
function withoutEtcdSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("ETCD_")),
  );
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
