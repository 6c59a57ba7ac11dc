import { type Holdfast, RequestError } from "@holdfast/client";
import {
  type Cluster,
  type HistoryRecorder,
  loadPace,
  type NodeProcess,
  RecordedClient,
  RecordedEndpoint,
} from "@holdfast/testkit";

/** A linearizable read of the counter that was answered. */
export interface CounterRead {
  readonly node: string;
  readonly startedAt: number;
  /** What had been acknowledged before it began. */
  readonly least: number;
  readonly read: number;
}

const READERS_PER_NODE = 2;
/** Short, so that a node which cannot answer is asked again and again. */
const READ_TIMEOUT_MS = 500;
const WRITE_TIMEOUT_MS = 10_000;
/** The writer once, each reader as often. */
const PER_SECOND = 20;

/**
 * A counter that one client raises, and that others read through every node all the
 * time: whoever answers with what is old, lies. All of it is recorded.
 */
export class WatchedCounter implements AsyncDisposable {
  readonly reads: CounterRead[] = [];
  readonly #key: string;
  readonly #history: HistoryRecorder;
  readonly #client: Holdfast;
  readonly #loops: Promise<void>[] = [];
  readonly #endpoints: RecordedEndpoint[] = [];
  #acknowledged = 0;
  #isOver = false;

  private constructor(key: string, history: HistoryRecorder, client: Holdfast) {
    this.#key = key;
    this.#history = history;
    this.#client = client;
  }

  static async start(
    key: string,
    history: HistoryRecorder,
    cluster: Cluster,
  ): Promise<WatchedCounter> {
    const counter = new WatchedCounter(key, history, await cluster.connect());
    counter.#loops.push(counter.#raise());
    for (const node of cluster.nodes) counter.#watch(node);
    return counter;
  }

  /** Reads that told less than what was acknowledged before they began. */
  get stale(): readonly CounterRead[] {
    return this.reads.filter(({ read, least }) => read < least);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    for (const endpoint of this.#endpoints.splice(0)) endpoint.close();
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #raise(): Promise<void> {
    const pace = loadPace(PER_SECOND);
    const client = new RecordedClient(this.#client, this.#history);
    for (let number = 1; !this.#isOver; number++) {
      await pace.pass(1);
      const call = { client: `raises ${number}`, timeoutMs: WRITE_TIMEOUT_MS };
      const put = client.put(this.#key, String(number), call);
      if ((await put.catch(refusal)) !== undefined) this.#acknowledged = number;
    }
  }

  #watch(node: NodeProcess): void {
    const endpoint = new RecordedEndpoint(node.client, this.#history);
    this.#endpoints.push(endpoint);
    for (let reader = 1; reader <= READERS_PER_NODE; reader++) {
      this.#loops.push(this.#read(node.id, endpoint, `reads ${node.id}/${reader}`));
    }
  }

  async #read(node: string, endpoint: RecordedEndpoint, client: string): Promise<void> {
    const pace = loadPace(PER_SECOND);
    while (!this.#isOver) {
      await pace.pass(1);
      const least = this.#acknowledged;
      const startedAt = performance.now();
      const entry = await endpoint
        .get(this.#key, { client, timeoutMs: READ_TIMEOUT_MS })
        .catch(refusal);
      if (entry === undefined) continue;
      this.reads.push({ node, startedAt, least, read: Number(entry.text()) });
    }
  }
}

/** What is refused, or not answered, has not lied. All else is a fault of the test. */
function refusal(failure: unknown): undefined {
  if (!(failure instanceof RequestError)) throw failure;
}
