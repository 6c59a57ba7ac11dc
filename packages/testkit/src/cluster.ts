import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConnectOptions, connect, type Holdfast, type NodeUp } from "@holdfast/client";
import {
  CLUSTER_LIMITS,
  type ClusterConfig,
  type ClusterLimits,
  COMPACTION_DEFAULT,
  type CompactionConfig,
  type NodeConfig,
} from "@holdfast/config";
import { clusterFile } from "./cluster-file.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { LOOPBACK_HOST, type NodeHost } from "./node-host.ts";
import { NodeProcess } from "./node-process.ts";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";

export interface ClusterOptions {
  /** @default 3 */
  readonly nodes?: number;
  /** @default 100 */
  readonly heartbeatMs?: number;
  /** @default 1000 */
  readonly electionTimeoutMs?: number;
  /** What differs from the defaults. */
  readonly limits?: Partial<ClusterLimits>;
  /** @default COMPACTION_DEFAULT */
  readonly compaction?: CompactionConfig;
  /** Where its files go; kept at the end. Absent: a temporary one, removed at the end. */
  readonly directory?: string;
  /** Which of the nodes to start, by id; absent: all. Waits for a leader only if all are. */
  readonly start?: readonly string[];
  /**
   * How long a leader may take, ms.
   *
   * @default 20000
   */
  readonly within?: number;
  /** For Node.js itself, before the command. */
  readonly nodeFlags?: readonly string[];
  /** Where each node runs, n1 first; those beyond, and all by default: this machine. */
  readonly hosts?: readonly NodeHost[];
}

/**
 * Starts a cluster of real processes on free ports of its hosts and waits until a
 * leader serves. Needs the built command (`npm run build`).
 *
 * `await using` ends the processes and removes the files, also when a test fails.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const temporary = options.directory === undefined ? await temporaryDirectory() : undefined;
  const directory = options.directory ?? temporary?.path ?? "";
  const config = await clusterConfig(directory, options);
  const { nodeFlags, hosts } = options;
  const cluster = new Cluster(config, { directory, temporary, nodeFlags, hosts });
  try {
    await cluster.start(options);
    return cluster;
  } catch (failure) {
    const logs = await cluster.lastWords();
    await cluster.stop();
    throw new Error(`the cluster did not start\n${logs}`, { cause: failure });
  }
}

/** A running cluster; its nodes n1, n2, … in the order of the file. */
export class Cluster implements AsyncDisposable {
  readonly directory: string;
  readonly configPath: string;
  readonly #nodeFlags: readonly string[] | undefined;
  readonly #hosts: readonly NodeHost[];
  #config: ClusterConfig;
  #nodes: readonly NodeProcess[];
  #named: number;
  readonly #temporary: TemporaryDirectory | undefined;
  readonly #killAll = (): void => {
    for (const node of this.nodes) node.killNow();
  };

  constructor(
    config: ClusterConfig,
    place: {
      readonly directory: string;
      readonly temporary: TemporaryDirectory | undefined;
      readonly nodeFlags?: readonly string[] | undefined;
      readonly hosts?: readonly NodeHost[] | undefined;
    },
  ) {
    this.directory = place.directory;
    this.#temporary = place.temporary;
    this.#nodeFlags = place.nodeFlags;
    this.#hosts = place.hosts ?? [];
    this.configPath = join(place.directory, "cluster.yaml");
    this.#config = config;
    this.#nodes = config.nodes.map((node) => this.#process(node));
    this.#named = config.nodes.length;
  }

  get config(): ClusterConfig {
    return this.#config;
  }

  get nodes(): readonly NodeProcess[] {
    return this.#nodes;
  }

  /** Client addresses of all nodes. */
  get endpoints(): readonly string[] {
    return this.nodes.map((node) => node.client);
  }

  async start({ start, within = LEADER_WITHIN_MS }: ClusterOptions = {}): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await writeFile(this.configPath, clusterFile(this.config));
    process.once("exit", this.#killAll);
    const chosen = start === undefined ? this.nodes : start.map((id) => this.node(id));
    await Promise.all(chosen.map((node) => node.start()));
    if (start === undefined) await this.leader({ within });
  }

  /** Names one node more in the cluster's file. It is neither started nor a member. */
  async addNode(): Promise<NodeProcess> {
    this.#named += 1;
    const [client, peer] = await freePorts(2);
    const { ip } = hostOf(this.#hosts, this.#named);
    const node = nodeConfig(this.directory, { number: this.#named, ip, client, peer });
    const process = this.#process(node);
    await this.#rewrite({ ...this.#config, nodes: [...this.#config.nodes, node] });
    this.#nodes = [...this.#nodes, process];
    return process;
  }

  /** Kills a node that is no member any more, and takes it out of the cluster's file. */
  async dropNode(node: NodeProcess): Promise<void> {
    await node.kill();
    const nodes = this.#config.nodes.filter(({ id }) => id !== node.id);
    await this.#rewrite({ ...this.#config, nodes });
    this.#nodes = this.others(node);
  }

  /** The node of that id. @throws Error if there is none. */
  node(id: string): NodeProcess {
    const found = this.nodes.find((node) => node.id === id);
    if (found === undefined) throw new Error(`there is no node ${id}`);
    return found;
  }

  /** The node that calls itself leader in the highest term, once one is there and all that answer know it. */
  async leader({
    within = LEADER_WITHIN_MS,
  }: {
    readonly within?: number;
  } = {}): Promise<NodeProcess> {
    return eventually(() => this.#agreedLeader(), {
      within,
      what: "one leader known to every running node",
    });
  }

  /** Nodes other than that one. */
  others(node: NodeProcess): readonly NodeProcess[] {
    return this.nodes.filter((other) => other !== node);
  }

  /** A client of all nodes; the caller closes it. */
  async connect(options?: ConnectOptions): Promise<Holdfast> {
    return connect(this.endpoints, options);
  }

  /** The end of each node's output, for the message of a failure. */
  async lastWords(): Promise<string> {
    const texts = await Promise.all(
      this.nodes.map(async (node) => {
        const lines = (await node.logs()).trimEnd().split("\n").slice(-LAST_LINES);
        return `--- ${node.id}\n${lines.join("\n")}`;
      }),
    );
    return texts.join("\n");
  }

  /** Kills what still runs and removes temporary files. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    process.removeListener("exit", this.#killAll);
    await this.#temporary?.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #process(node: NodeConfig): NodeProcess {
    return new NodeProcess(node, {
      configPath: this.configPath,
      logPath: join(this.directory, `${node.id}.log`),
      nodeFlags: this.#nodeFlags,
      enter: hostOf(this.#hosts, Number(node.id.slice(1))).enter,
    });
  }

  /** Nodes read the file when they start. */
  async #rewrite(config: ClusterConfig): Promise<void> {
    this.#config = config;
    await writeFile(this.configPath, clusterFile(config));
  }

  async #agreedLeader(): Promise<NodeProcess | undefined> {
    const running = this.nodes.filter((node) => node.isRunning);
    const exited = this.nodes.length - running.length;
    if (running.length === 0) throw new Error(`none of ${exited} nodes runs`);
    const statuses = await Promise.all(running.map((node) => node.status()));
    const up = statuses.filter((status) => status.kind === "up");
    const leader = leaderAmong(up);
    if (leader === undefined || up.some((status) => status.leaderId !== leader.memberId))
      return undefined;
    return this.nodes.find((node) => node.client === leader.endpoint);
  }
}

const LEADER_WITHIN_MS = 20_000;
const LAST_LINES = 15;

function leaderAmong(statuses: readonly NodeUp[]): NodeUp | undefined {
  return statuses
    .filter((status) => status.isLeader)
    .sort((a, b) => b.raftTerm - a.raftTerm)
    .at(0);
}

async function clusterConfig(directory: string, options: ClusterOptions): Promise<ClusterConfig> {
  const { nodes: count = 3, heartbeatMs = 100, electionTimeoutMs = 1000, hosts = [] } = options;
  const ports = await freePorts(2 * count);
  const nodes = Array.from({ length: count }, (_, at) => {
    const { ip } = hostOf(hosts, at + 1);
    const [client, peer] = ports.slice(2 * at);
    return nodeConfig(directory, { number: at + 1, ip, client, peer });
  });
  return {
    cluster: "test",
    raft: { heartbeatMs, electionTimeoutMs },
    limits: { ...CLUSTER_LIMITS, ...options.limits },
    compaction: options.compaction ?? COMPACTION_DEFAULT,
    nodes,
  };
}

/** Of node n1 the first, and so on. */
function hostOf(hosts: readonly NodeHost[], number: number): NodeHost {
  return hosts[number - 1] ?? LOOPBACK_HOST;
}

function nodeConfig(
  directory: string,
  node: {
    readonly number: number;
    readonly ip: string;
    readonly client: number | undefined;
    readonly peer: number | undefined;
  },
): NodeConfig {
  const id = `n${node.number}`;
  return {
    id,
    client: `${node.ip}:${node.client}`,
    peer: `${node.ip}:${node.peer}`,
    data: join(directory, id),
    zone: undefined,
  };
}
