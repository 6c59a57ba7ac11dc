import { below, HoldfastError, type Pace, SeededRandom } from "@holdfast/base";
import type { HistoryRecorder } from "@holdfast/checker";
import type { Holdfast } from "@holdfast/client";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { loadPace } from "./load-pace.ts";
import type { NodeProcess } from "./node-process.ts";
import { RecordedClient, RecordedEndpoint, type RecordedKeys } from "./recorded-clients.ts";

/** Few, so that every client meets the others. */
const KEYS = 4;
const SDK_TIMEOUT_MS = 5000;
const ETCD_TIMEOUT_MS = 10_000;
/** A test that leaves a node down for longer must end the contest. */
const DOWN_MS_MAX = 60_000;
/** Out of so many draws an SDK client puts, swaps and deletes so often; the rest are reads. */
const DRAWS = 10;
const PUTS = 3;
const SWAPS = 3;
const DELETES = 1;

/** One client: it goes on under another name when nobody can say how a call ended. */
interface Contestant {
  readonly keys: RecordedKeys;
  readonly sdk: RecordedClient | undefined;
  readonly node: NodeProcess | undefined;
  readonly random: SeededRandom;
  readonly name: string;
  readonly timeoutMs: number;
}

/**
 * Clients that put, read, swap and delete the same few keys against one another, all of it
 * recorded: what a checker of linearizability can find a fault in.
 */
export class KeyContest implements AsyncDisposable {
  readonly #prefix: string;
  readonly #history: HistoryRecorder;
  readonly #loops: Promise<void>[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];
  readonly #pace: Pace;
  #isOver = false;
  #values = 0;

  /** No key may have the prefix yet. `perSecond`: what all clients ask together, at most. */
  constructor(
    prefix: string,
    history: HistoryRecorder,
    { perSecond }: { readonly perSecond?: number } = {},
  ) {
    this.#pace = loadPace(perSecond);
    this.#prefix = prefix;
    this.#history = history;
  }

  /** Adds so many clients that share one connection of the SDK. */
  async addSdk(cluster: Cluster, clients: number): Promise<void> {
    const client = await cluster.connect();
    this.#closers.push(() => client.close());
    const sdk = new RecordedClient(client, this.#history);
    for (let number = 1; number <= clients; number++) {
      this.#add({ keys: sdk, sdk, node: undefined, name: "sdk", timeoutMs: SDK_TIMEOUT_MS });
    }
  }

  /** Adds so many plain etcd clients of one node; they rest while it is down, and go on if it is started again. */
  addEtcd(node: NodeProcess, clients: number): void {
    const keys = new RecordedEndpoint(node.client, this.#history);
    this.#closers.push(() => keys.close());
    for (let number = 1; number <= clients; number++) {
      this.#add({ keys, sdk: undefined, node, name: node.id, timeoutMs: ETCD_TIMEOUT_MS });
    }
  }

  /** Resolves once so many more operations than now are answered. */
  async more(count: number): Promise<void> {
    const goal = this.#history.answered + count;
    await eventually(() => this.#history.answered >= goal, {
      within: 20_000,
      what: `${count} more answered operations`,
    });
  }

  /** Stops, waits for the answers that are owed, and reads every key once more. */
  async end(client: Holdfast): Promise<void> {
    await this.stop();
    const last = new RecordedClient(client, this.#history);
    for (let number = 0; number < KEYS; number++) {
      await last.get(this.#key(number), { client: "last", timeoutMs: ETCD_TIMEOUT_MS });
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    for (const close of this.#closers.splice(0)) await close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #add(contestant: Omit<Contestant, "random">): void {
    const number = this.#loops.length + 1;
    const random = new SeededRandom(number);
    this.#loops.push(
      this.#contest({ ...contestant, random, name: `${contestant.name}/${number}` }),
    );
  }

  async #contest(contestant: Contestant): Promise<void> {
    let lives = 1;
    const read = new Map<string, number>();
    while (!this.#isOver) {
      await this.#pace.pass(1);
      const name = lives === 1 ? contestant.name : `${contestant.name}#${lives}`;
      const key = this.#key(below(contestant.random, KEYS));
      try {
        await this.#act({ ...contestant, name }, key, read);
      } catch (failure) {
        // The recorder knows what may have come of a call that failed; all else is a fault of the test.
        if (!(failure instanceof HoldfastError)) throw failure;
        lives += 1;
        if (contestant.node !== undefined) await this.#untilServing(contestant.node);
      }
    }
  }

  /** Each call to a node that is down would be one more of which nobody knows whether it happened. */
  async #untilServing(node: NodeProcess): Promise<void> {
    await eventually(
      async () => this.#isOver || (node.isRunning && (await node.status()).kind === "up"),
      { within: DOWN_MS_MAX, what: `${node.id} serves again` },
    );
  }

  async #act(contestant: Contestant, key: string, read: Map<string, number>): Promise<void> {
    const { keys, sdk, random, name: client, timeoutMs } = contestant;
    const call = { client, timeoutMs };
    const draw = below(random, DRAWS);
    this.#values += 1;
    const value = `${client} ${this.#values}`;
    if (draw < PUTS) await keys.put(key, value, call);
    else if (sdk !== undefined && draw < PUTS + SWAPS) {
      await sdk.swap(key, { modRevision: read.get(key) ?? 0, value }, call);
    } else if (sdk !== undefined && draw < PUTS + SWAPS + DELETES) await sdk.delete(key, call);
    else read.set(key, (await keys.get(key, call))?.modRevision ?? 0);
  }

  #key(number: number): string {
    return `${this.#prefix}${number}`;
  }
}
