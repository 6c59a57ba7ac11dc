import { below, HoldfastError, type Pace, SeededRandom } from "@holdfast/base";
import type { Transaction, TransactionHistory, TransactionStep } from "@holdfast/checker";
import type { Entry, Holdfast } from "@holdfast/client";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { loadPace } from "./load-pace.ts";

/** Transactions that one history holds: seconds to judge. */
const TRANSACTIONS_MAX = 50_000;
/** How often a transaction that met others is tried again. */
const ATTEMPTS_MAX = 50;
/** Few, so that transactions meet. */
const KEYS = 5;
const STEPS_MAX = 3;
/** Out of so many transactions one only reads, in one request. */
const READ_ONLY = 4;
const LAST_CALL = { client: "last", timeoutMs: 10_000, readsLocally: false };

/** How the transactions of a client are made. */
export interface ListAppendManner {
  /** How long it waits for each answer. */
  readonly timeoutMs: number;
  /** Reads what its node has, be it old: the comparison of the write must find out. */
  readonly readsLocally?: boolean;
}

interface Contestant extends ListAppendManner {
  readonly client: Holdfast;
  readonly name: string;
  readonly random: SeededRandom;
}

type Plan = readonly Pick<TransactionStep, "kind" | "key">[];

/**
 * Clients that read and append to the same few lists in transactions, all of it recorded for the checker.
 *
 * A transaction reads its lists, one after the other, and then writes the longer ones in one request, if none of
 * what it read has changed since; otherwise it is aborted and tried again as a new one, with new values.
 */
export class ListAppendContest implements AsyncDisposable {
  readonly #prefix: string;
  readonly #pace: Pace;
  readonly #history: Transaction[] = [];
  readonly #loops: Promise<void>[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  #isOver = false;
  #values = 0;

  /** No key may have the prefix yet. `perSecond`: transactions of all clients together, at most. */
  constructor(prefix: string, { perSecond }: { readonly perSecond?: number } = {}) {
    this.#prefix = prefix;
    this.#pace = loadPace(perSecond);
  }

  /** What has ended so far. */
  get history(): TransactionHistory {
    return this.#history;
  }

  count(outcome: Transaction["outcome"]): number {
    return this.#history.filter((transaction) => transaction.outcome === outcome).length;
  }

  /** Adds so many clients that share one connection of the SDK. */
  async add(cluster: Cluster, clients: number, manner: ListAppendManner): Promise<void> {
    const client = await cluster.connect();
    this.#closers.push(() => client.close());
    for (let added = 0; added < clients; added++) {
      const number = this.#loops.length + 1;
      const random = new SeededRandom(number);
      this.#loops.push(this.#contest({ client, name: `c${number}`, random, ...manner }));
    }
  }

  /** Resolves once so many more transactions than now are committed. */
  async more(count: number): Promise<void> {
    const goal = this.count("committed") + count;
    await eventually(() => this.count("committed") >= goal, {
      within: 20_000,
      what: `${count} more committed transactions`,
    });
  }

  /** Stops, waits for the answers that are owed, and reads all lists once more. */
  async end(client: Holdfast): Promise<void> {
    await this.stop();
    const plan = Array.from(
      { length: KEYS },
      (_, at) => ({ kind: "read", key: this.#key(at) }) as const,
    );
    await this.#readTogether(client, plan, LAST_CALL);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    for (const close of this.#closers.splice(0)) await close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #contest(contestant: Contestant): Promise<void> {
    const { client, random, name, timeoutMs, readsLocally = false } = contestant;
    let lives = 1;
    while (!this.#isOver) {
      const call = { client: lives === 1 ? name : `${name}#${lives}`, timeoutMs, readsLocally };
      try {
        if (below(random, READ_ONLY) === 0) {
          await this.#pace.pass(1);
          await this.#readTogether(client, this.#plan(random, ["read"]), call);
        } else {
          await this.#untilCommitted(client, this.#plan(random, ["read", "append"]), call);
        }
      } catch (failure) {
        // What may have come of it is in the history; all else is a fault of the test.
        if (!(failure instanceof HoldfastError)) throw failure;
        lives += 1;
      }
    }
  }

  #plan(random: SeededRandom, kinds: readonly TransactionStep["kind"][]): Plan {
    return Array.from({ length: 1 + below(random, STEPS_MAX) }, () => ({
      kind: kinds[below(random, kinds.length)] ?? "read",
      key: this.#key(below(random, KEYS)),
    }));
  }

  /** Reads at one revision: nothing is compared. */
  async #readTogether(client: Holdfast, plan: Plan, call: Call): Promise<void> {
    const called = performance.now();
    const then = plan.map(({ key }) => ({ kind: "get", key }) as const);
    const { answers } = await client.txn({ then }, call);
    const steps = plan.map(({ key }, at): TransactionStep => {
      const answer = answers[at];
      return {
        kind: "read",
        key,
        values: listOf(answer?.kind === "range" ? answer.entries[0] : undefined),
      };
    });
    this.#record({ client: call.client, steps, called, outcome: "committed" });
  }

  async #untilCommitted(client: Holdfast, plan: Plan, call: Call): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && !this.#isOver; attempt++) {
      await this.#pace.pass(1);
      if (await this.#attempt(client, plan, call)) return;
    }
  }

  /** False if it was aborted. */
  async #attempt(client: Holdfast, plan: Plan, call: Call): Promise<boolean> {
    const called = performance.now();
    const reading = { timeoutMs: call.timeoutMs, serializable: call.readsLocally };
    const found = new Map<string, Entry | undefined>();
    for (const { key } of plan) {
      if (!found.has(key)) found.set(key, await client.get(key, reading));
    }
    const { steps, written } = this.#carryOut(plan, found);
    const compare = [...found].map(([key, entry]) => ({
      key,
      modRevision: entry?.modRevision ?? 0,
    }));
    const then = [...written].map(
      ([key, list]) => ({ kind: "put", key, value: list.join(" ") }) as const,
    );
    const transaction = { client: call.client, called };
    try {
      const { succeeded } = await client.txn({ compare, then }, call);
      const outcome = succeeded ? "committed" : "aborted";
      this.#record({ ...transaction, steps: succeeded ? steps : withoutReads(steps), outcome });
      return succeeded;
    } catch (failure) {
      const isRefused = failure instanceof HoldfastError && failure.outcome === "not-applied";
      const outcome = isRefused ? "aborted" : "unknown";
      this.#record({ ...transaction, steps: withoutReads(steps), outcome });
      throw failure;
    }
  }

  #carryOut(plan: Plan, found: ReadonlyMap<string, Entry | undefined>) {
    const written = new Map<string, readonly number[]>();
    const steps = plan.map(({ kind, key }): TransactionStep => {
      const list = written.get(key) ?? listOf(found.get(key));
      if (kind === "read") return { kind, key, values: list };
      this.#values += 1;
      written.set(key, [...list, this.#values]);
      return { kind, key, value: this.#values };
    });
    return { steps, written };
  }

  #record(ended: Omit<Transaction, "returned">): void {
    if (this.#history.length >= TRANSACTIONS_MAX) throw new Error("the history is full");
    this.#history.push({ ...ended, returned: performance.now() });
  }

  #key(number: number): string {
    return `${this.#prefix}${number}`;
  }
}

interface Call {
  readonly client: string;
  readonly timeoutMs: number;
  readonly readsLocally: boolean;
}

function listOf(entry: Entry | undefined): readonly number[] {
  const text = entry?.text() ?? "";
  return text === "" ? [] : text.split(" ").map(Number);
}

/** What a transaction read counts only if it is committed. */
function withoutReads(steps: readonly TransactionStep[]): readonly TransactionStep[] {
  return steps.map((step) => (step.kind === "read" ? { kind: "read", key: step.key } : step));
}
