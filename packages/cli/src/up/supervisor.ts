import type { ClusterConfig } from "@holdfast/config";
import type { NodeStanding } from "@holdfast/server";
import { terminalLogLine } from "./log-line.ts";
import { NodeLog } from "./node-log.ts";
import { listenings, waitUntilFree } from "./port-check.ts";
import { type Launch, type NodeEvent, SupervisedNode } from "./supervised-node.ts";

/** After all nodes have ended their ports are free at once; this is for a loaded machine, ms. */
const PORTS_FREE_WITHIN_MS = 400;
/** With a leader elected, nodes that are still starting are not waited for longer than this, ms. */
const STRAGGLERS_MS = 5_000;
/** How often to say what is still missing, ms. */
const WAITING_NOTE_MS = 5_000;

/** One row of what runs. */
export interface NodeRow {
  readonly id: string;
  readonly client: string;
  readonly peer: string;
  readonly data: string;
  readonly pid: number | undefined;
  /** As the node says; `starting` or `down` where it says nothing. */
  readonly role: string;
}

interface Member {
  readonly node: SupervisedNode;
  role: string;
  /** It has said that it serves. */
  ready: boolean;
  /** It knows a leader. */
  following: boolean;
  /** Why it does not serve, in its own words. */
  waitingFor: string | undefined;
  startedAt: number;
}

interface Leader {
  readonly id: string;
  readonly term: number;
  /** When its process was seen to end. */
  lostAt: number | undefined;
}

/**
 * All nodes of a cluster's file on this machine: started together, restarted
 * when they end, stopped together. What happens is told line by line to `show`.
 */
export class Supervisor {
  readonly #config: ClusterConfig;
  readonly #show: (line: string) => void;
  readonly #members: ReadonlyMap<string, Member>;
  #leader: Leader | undefined;
  /** Set once the cluster has been announced; before that, starting is no news. */
  #announced = false;
  #stopping: Promise<readonly string[]> | undefined;
  #changed: () => void = () => {};

  constructor(parts: {
    readonly config: ClusterConfig;
    readonly launch: Launch;
    readonly show: (line: string) => void;
  }) {
    this.#config = parts.config;
    this.#show = parts.show;
    const members = parts.config.nodes.map((config): [string, Member] => {
      const log = new NodeLog(logPath(config.data), (line) => this.#showLogLine(config.id, line));
      const onEvent = (event: NodeEvent) => this.#onEvent(config.id, event);
      const node = new SupervisedNode({ config, launch: parts.launch, log, onEvent });
      return [
        config.id,
        {
          node,
          role: "starting",
          ready: false,
          following: false,
          waitingFor: undefined,
          startedAt: 0,
        },
      ];
    });
    this.#members = new Map(members);
  }

  /** The cluster as it is now, in the order of its file. */
  get rows(): readonly NodeRow[] {
    return [...this.#members.values()].map(({ node, role }) => {
      const { id, client, peer, data } = node.config;
      return { id, client, peer, data, pid: node.pid, role };
    });
  }

  /** Whether {@link stop} has been called. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /**
   * Starts every node and resolves once a leader is elected and the nodes take
   * part, or {@link stop} is called.
   */
  async start(): Promise<void> {
    for (const { node } of this.#members.values()) node.start();
    const startedAt = performance.now();
    const notes = setInterval(() => this.#showWhatIsMissing(startedAt), WAITING_NOTE_MS);
    try {
      await this.#until(() => this.#leader !== undefined);
      await this.#until(() => this.#missing().length === 0, STRAGGLERS_MS);
    } finally {
      clearInterval(notes);
      this.#announced = true;
    }
  }

  /**
   * Stops every node. Resolves with the addresses that are still listened on
   * afterwards, each with who does it: none, if all went well.
   */
  stop(): Promise<readonly string[]> {
    this.#stopping ??= this.#stopAll();
    this.#changed();
    return this.#stopping;
  }

  /** Ends every process at once. */
  kill(): void {
    for (const { node } of this.#members.values()) node.kill();
  }

  async #stopAll(): Promise<readonly string[]> {
    await Promise.all([...this.#members.values()].map(({ node }) => node.stop()));
    return waitUntilFree(listenings(this.#config.nodes), PORTS_FREE_WITHIN_MS);
  }

  /** Resolves when `holds` does, when `withinMs` have passed, or when stopping. */
  async #until(holds: () => boolean, withinMs?: number): Promise<void> {
    if (holds() || this.#stopping !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer =
        withinMs === undefined ? undefined : setTimeout(() => this.#end(resolve), withinMs);
      this.#changed = () => {
        if (!holds() && this.#stopping === undefined) return;
        clearTimeout(timer);
        this.#end(resolve);
      };
    });
  }

  #end(resolve: () => void): void {
    this.#changed = () => {};
    resolve();
  }

  #onEvent(id: string, event: NodeEvent): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    if (event.kind === "started") this.#onStarted(member);
    else if (event.kind === "ready") this.#onReady(id, member);
    else if (event.kind === "standing") this.#onStanding(id, member, event);
    else if (event.kind === "failed") this.#show(`${id} cannot run: ${event.message}`);
    else this.#onEnded(id, member, event);
    this.#changed();
  }

  #onStarted(member: Member): void {
    member.role = "starting";
    member.startedAt = performance.now();
  }

  #onReady(id: string, member: Member): void {
    member.ready = true;
    if (!this.#announced || this.#stopping !== undefined) return;
    const tookMs = Math.round(performance.now() - member.startedAt);
    this.#show(`${id} is back as process ${member.node.pid}, ${tookMs} ms after its start`);
  }

  #onStanding(id: string, member: Member, standing: NodeStanding): void {
    member.role = standing.role;
    member.following = standing.leader !== undefined;
    member.waitingFor = standing.waitingFor;
    const before = this.#leader;
    if (standing.role !== "leader" || standing.term <= (before?.term ?? -1)) return;
    this.#leader = { id, term: standing.term, lostAt: undefined };
    if (this.#announced) this.#show(`${id} leads now, term ${standing.term}${since(before)}`);
  }

  #onEnded(
    id: string,
    member: Member,
    { how, delayMs }: { readonly how: string; readonly delayMs: number },
  ): void {
    member.ready = false;
    member.following = false;
    member.waitingFor = undefined;
    member.role = "down";
    const led = this.#leader?.id === id;
    if (this.#leader !== undefined && led) this.#leader.lostAt = performance.now();
    const next = delayMs === 0 ? "starting it again" : `next start in ${delayMs / 1000} s`;
    this.#show(`${id}${led ? ", the leader," : ""} ${how}; ${next}`);
  }

  #showLogLine(id: string, line: string): void {
    const text = terminalLogLine(line);
    if (text !== undefined) this.#show(`${id} | ${text}`);
  }

  #missing(): readonly string[] {
    return [...this.#members]
      .filter(([, { ready, following }]) => !(ready && following))
      .map(([id]) => id);
  }

  #showWhatIsMissing(startedAt: number): void {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    this.#show(
      `after ${seconds} s ${this.#leader === undefined ? "no leader is elected" : "not all are ready"}`,
    );
    for (const [id, { role, ready, following, waitingFor, node }] of this.#members) {
      if (ready && following) continue;
      const why =
        waitingFor ?? (ready ? "it knows no leader" : `its log is ${logPath(node.config.data)}`);
      this.#show(`  ${id} ${role}: ${why}`);
    }
  }
}

/** Beside the node's directory, not in it: a directory with anything inside is not empty. */
export function logPath(data: string): string {
  return `${data.replace(/\/+$/, "")}.log`;
}

function since(before: Leader | undefined): string {
  if (before === undefined) return "";
  if (before.lostAt === undefined) return `, after ${before.id}`;
  return `, ${Math.round(performance.now() - before.lostAt)} ms after ${before.id} was lost`;
}
