import { connect, EtcdEndpoint, type Holdfast, RequestError } from "@holdfast/client";
import {
  type Cluster,
  eventually,
  type HistoryRecorder,
  loadPace,
  type NodeProcess,
  observed,
  recordHistory,
} from "@holdfast/testkit";

/** A write that a client was told to be done; times of this process's monotonic clock, ms. */
export interface Acknowledged {
  readonly key: string;
  readonly value: string;
  /** The node that was written through; absent where the client chooses for itself. */
  readonly node: string | undefined;
  readonly startedAt: number;
  readonly acknowledgedAt: number;
}

/** A write that failed: refused, or nobody knows. */
export interface FailedWrite {
  readonly node: string | undefined;
  readonly failure: RequestError;
}

export interface WritesOptions {
  /** One of its own, unless given. */
  readonly history?: HistoryRecorder;
  /** What all clients write together, at most. */
  readonly perSecond?: number;
}

type Put = (key: string, value: string) => Promise<{ readonly revision: number }>;

const ETCD_TIMEOUT_MS = 10_000;

/**
 * Clients that write new keys with new values, each one after the other, and the
 * record of what was acknowledged. A write is never repeated under its key.
 *
 * All of it, and what {@link lost} reads at the end, goes into the history.
 */
export class UniqueWrites implements AsyncDisposable {
  readonly acknowledged: Acknowledged[] = [];
  readonly failed: FailedWrite[] = [];
  readonly history: HistoryRecorder;
  readonly #prefix: string;
  readonly #writers: Promise<void>[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];
  readonly #pace: ReturnType<typeof loadPace>;
  #isOver = false;
  #written = 0;

  constructor(prefix: string, { history = recordHistory(), perSecond }: WritesOptions = {}) {
    this.#pace = loadPace(perSecond);
    this.#prefix = prefix;
    this.history = history;
  }

  /** Adds so many loops that share one client of the SDK. */
  async addSdk(cluster: Cluster, loops: number): Promise<void> {
    const client = await connect(cluster.endpoints);
    this.#closers.push(() => client.close());
    this.#add(loops, { node: undefined, put: (key, value) => client.put(key, value) });
  }

  /** Adds so many loops that share one plain etcd client of one node; they end when its process does. */
  addEtcd(node: NodeProcess, loops: number): void {
    const endpoint = new EtcdEndpoint(node.client);
    this.#closers.push(() => endpoint.close());
    const put: Put = (key, value) => endpoint.put(key, value, { timeoutMs: ETCD_TIMEOUT_MS });
    this.#add(loops, { node, put });
  }

  /** Resolves once so many more than now are acknowledged. */
  async more(count: number): Promise<void> {
    const goal = this.acknowledged.length + count;
    await eventually(() => this.acknowledged.length >= goal, {
      within: 20_000,
      what: `${count} more acknowledged writes`,
    });
  }

  /** Stops, and waits for the answers that are owed. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
    for (const close of this.#closers.splice(0)) await close();
  }

  /** Acknowledged keys that a linearizable read does not find with the acknowledged value. */
  async lost(client: Holdfast): Promise<readonly string[]> {
    const reads = Array.from({ length: this.#written }, (_, at) => {
      const key = this.#key(at + 1);
      return { key, end: this.history.begin({ client: "last", input: { kind: "get", key } }) };
    });
    const answer = await client.range({ prefix: this.#prefix }, { timeoutMs: 20_000 });
    const found = new Map(answer.entries.map((entry) => [entry.key, entry]));
    for (const { key, end } of reads) {
      end.answered({ revision: answer.revision, before: observed(found.get(key)) });
    }
    return this.acknowledged
      .filter(({ key, value }) => found.get(key)?.text() !== value)
      .map(({ key }) => key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #add(loops: number, writer: { readonly node: NodeProcess | undefined; readonly put: Put }): void {
    for (let loop = 0; loop < loops; loop++) this.#writers.push(this.#write(writer));
  }

  async #write(writer: { readonly node: NodeProcess | undefined; readonly put: Put }) {
    const { node, put } = writer;
    while (!this.#isOver && node?.isRunning !== false) {
      await this.#pace.pass(1);
      this.#written += 1;
      const key = this.#key(this.#written);
      const value = `value of ${key}`;
      const startedAt = performance.now();
      try {
        const asked = { client: node?.id ?? "sdk", input: { kind: "put", key, value } } as const;
        const call = () => put(key, value);
        await this.history.record(asked, call, ({ revision }) => ({ revision }));
        const acknowledgedAt = performance.now();
        this.acknowledged.push({ key, value, node: node?.id, startedAt, acknowledgedAt });
      } catch (failure) {
        if (!(failure instanceof RequestError)) throw failure;
        this.failed.push({ node: node?.id, failure });
      }
    }
  }

  #key(number: number): string {
    return `${this.#prefix}${number}`;
  }
}
