import { HoldfastError, type Millis } from "@holdfast/base";
import type { KeyValueOutput, ObservedKey } from "@holdfast/checker";
import type { Entry, Holdfast } from "@holdfast/client/core";
import { LocalClock } from "../../node/local-clock.ts";
import { ProcessTime } from "../machine/process-time.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import { Calling, type CallingParts } from "./calling.ts";
import { contestedKey, keyBeside, OWN_PREFIX, ownKey } from "./keys.ts";
import { sdkClient } from "./sdk-client.ts";
import type { FoundKey } from "./write-ledger.ts";

export interface ContestantsParts extends CallingParts {
  readonly wire: SessionWire;
  readonly addresses: readonly string[];
}

/** Where one client sits after another. */
interface Seat {
  client: Holdfast;
  readonly number: number;
}

/** How often a client leaves before its next call. */
const LEAVES = 0.03;
/** So long a call at the end may take, ms. */
const PATIENT_MS = 60_000;

/**
 * Clients of the SDK that read, put, swap and delete the same few keys against one another,
 * and write keys of their own; all of it is recorded.
 */
export class Contestants {
  readonly #parts: ContestantsParts;
  readonly #time: ProcessTime;
  readonly #calling: Calling;
  readonly #seats: Seat[] = [];

  constructor(parts: ContestantsParts) {
    this.#parts = parts;
    this.#time = new ProcessTime(parts.timeline, new LocalClock(0, 1));
    this.#calling = new Calling(parts);
  }

  /** Calls that are not answered yet. */
  get underWay(): number {
    return this.#calling.underWay;
  }

  start(): void {
    const { plan } = this.#parts;
    for (let number = 0; number < plan.clients; number++) {
      const seat = { client: this.#connect(), number };
      this.#seats.push(seat);
      for (let line = 0; line < plan.concurrency; line++) this.#contest(seat, line);
    }
  }

  /** Those that sit there now, by the numbers of their seats. */
  get clients(): ReadonlyMap<string, Holdfast> {
    return new Map(this.#seats.map(({ client, number }) => [`${number}`, client]));
  }

  /** Nothing more is asked; what is under way ends by its patience. */
  stop(): void {
    this.#calling.stop();
  }

  /** Reads every key that was written by one alone, and holds it against what was told. */
  async judgeLedger(): Promise<void> {
    const client = this.#connect();
    const found = new Map<string, FoundKey>();
    const { entries } = await client.range({ prefix: OWN_PREFIX }, { timeoutMs: PATIENT_MS });
    for (const { key, version, modRevision } of entries) {
      found.set(key, { version, modRevision });
    }
    this.#parts.ledger.judge(found);
    // Each contested key once more, so that the history ends with what is there.
    for (let number = 0; number < this.#parts.plan.keys; number++) {
      await this.#get(client, "last", contestedKey(number), PATIENT_MS);
    }
  }

  #connect(): Holdfast {
    return sdkClient({ ...this.#parts, time: this.#time }, PATIENT_MS);
  }

  #contest(seat: Seat, line: number): void {
    const { number } = seat;
    this.#calling.begin({
      nameOf: (lives) => `${number}.${line}#${lives}`,
      call: (name) => {
        if (this.#parts.dice.chance(LEAVES)) this.#leave(seat);
        return this.#act(seat.client, number, name);
      },
      failed: (name, { message }) =>
        this.#parts.note(`a call of client ${name} failed`, number, message),
    });
  }

  /** Whatever the client has under way; its session is over, and another client takes its seat. */
  #leave(seat: Seat): void {
    const { marks, failed } = this.#parts;
    seat.client.close().then(() => marks.hit("client left"), failed);
    seat.client = this.#connect();
  }

  async #act(client: Holdfast, number: number, name: string): Promise<void> {
    const { dice, plan } = this.#parts;
    const timeoutMs = this.#calling.patience(0.2);
    if (this.#calling.goesAlone(0.35)) return this.#writeOwn(client, number, timeoutMs);
    const key = contestedKey(dice.below(plan.keys));
    if (dice.chance(plan.readShare)) {
      await this.#get(client, name, key, timeoutMs);
      return;
    }
    const kind = dice.pick(["put", "put", "swap", "swap", "delete"] as const);
    if (kind === "put") return this.#put(client, name, key, timeoutMs);
    if (kind === "delete") return this.#delete(client, name, key, timeoutMs);
    return this.#swap(client, name, key, timeoutMs);
  }

  /** Exactly once, or it is seen at the end. */
  async #writeOwn(client: Holdfast, number: number, timeoutMs: Millis): Promise<void> {
    const key = ownKey(number, this.#parts.ledger.size);
    this.#parts.ledger.begin(key);
    this.#parts.note("a client puts", number, key);
    try {
      const { revision } = await client.put(key, this.#calling.value(), { timeoutMs });
      this.#parts.ledger.acknowledged(key, revision);
      this.#parts.note("a client is answered", number, `${key} at revision ${revision}`);
    } catch (failure) {
      this.#parts.ledger.refused(
        key,
        failure instanceof HoldfastError ? failure.outcome : "unknown",
      );
      throw failure;
    }
  }

  async #get(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    await this.#parts.history.record(
      { client: name, input: { kind: "get", key } },
      () => client.range(key, { timeoutMs }),
      (answer) => ({ revision: answer.revision, before: observed(answer.entries[0]) }),
    );
  }

  async #put(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    const value = this.#calling.value();
    await this.#parts.history.record(
      { client: name, input: { kind: "put", key, value } },
      () => client.put(key, value, { timeoutMs, previous: true }),
      ({ revision, previous }) => ({ revision, before: observed(previous) }),
    );
  }

  async #delete(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    await this.#parts.history.record(
      { client: name, input: { kind: "delete", key } },
      () => client.delete(key, { timeoutMs, previous: true }),
      ({ revision, deleted, previous }): KeyValueOutput => ({
        revision,
        hasDeleted: deleted > 0,
        before: observed(previous[0]),
      }),
    );
  }

  /** Writes only where the key is still as it was just read. */
  async #swap(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    const modRevision =
      (await client.get(key, { timeoutMs, serializable: true }))?.modRevision ?? 0;
    const change = { kind: "put", value: this.#calling.value() } as const;
    const compare = [{ target: "modRevision", is: modRevision }] as const;
    await this.#parts.history.record(
      {
        client: name,
        input: { kind: "txn", key, compare, then: change, else: { kind: "get" } },
      },
      () =>
        client.txn(
          {
            compare: [{ key, modRevision }],
            then: [
              { ...change, key },
              { ...change, key: keyBeside(key) },
            ],
            else: [{ kind: "get", key }],
          },
          { timeoutMs },
        ),
      ({ revision, succeeded, answers: [answer] }) =>
        answer?.kind === "range"
          ? { revision, hasSucceeded: succeeded, before: observed(answer.entries[0]) }
          : { revision, hasSucceeded: succeeded },
    );
  }
}

function observed(entry: Entry | undefined): ObservedKey | "absent" {
  if (entry === undefined) return "absent";
  const { version, createRevision, modRevision } = entry;
  return { value: entry.text(), version, createRevision, modRevision };
}
