import { HoldfastError, type Millis, type Revision } from "@holdfast/base";
import type { KeyValueOutput, ObservedKey } from "@holdfast/checker";
import { CLIENT_LIMITS, type Entry, Holdfast, SessionClient } from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";
import { ProcessTime } from "../machine/process-time.ts";
import type { ServerWorkload } from "../plan/server-plan.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import { CallHistory } from "./call-history.ts";
import { contestedKey, OWN_PREFIX, ownKey } from "./keys.ts";
import { type FoundKey, WriteLedger } from "./write-ledger.ts";

export interface ContestantsParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: ServerWorkload;
  readonly marks: Marks<ServerSituation>;
  readonly wire: SessionWire;
  readonly addresses: readonly string[];
  /** Tells what happens. */
  note(kind: string, client: number, subject?: unknown): void;
  failed(failure: unknown): void;
}

/** So long a call at the end may take, ms. */
const PATIENT_MS = 60_000;
/** Most calls are this much more patient than the least patient. */
const PATIENCE = 10;
/** Histories beyond this are hard to judge. */
const CONTESTED_CALLS_MAX = 1_500;

/**
 * Clients of the SDK that read, put, swap and delete the same few keys against one another,
 * and write keys of their own; all of it is recorded.
 */
export class Contestants {
  readonly history: CallHistory;
  readonly ledger: WriteLedger = new WriteLedger();
  readonly #parts: ContestantsParts;
  readonly #time: ProcessTime;
  #isOver = false;
  #values = 0;
  #underWay = 0;
  #revision: Revision = 1;

  constructor(parts: ContestantsParts) {
    this.#parts = parts;
    this.#time = new ProcessTime(parts.timeline, new LocalClock(0, 1));
    this.history = new CallHistory(() => parts.timeline.now);
  }

  /** Calls that are not answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  start(): void {
    const { plan, failed } = this.#parts;
    for (let number = 0; number < plan.clients; number++) {
      const client = this.#connect();
      for (let line = 0; line < plan.concurrency; line++) {
        this.#contest(client, number, line).catch(failed);
      }
      if (number === 0 && plan.compactMs !== undefined) {
        this.#compact(client, plan.compactMs).catch(failed);
      }
    }
  }

  /** Nothing more is asked; what is under way ends by its patience. */
  stop(): void {
    this.#isOver = true;
  }

  /** Reads every key that was written by one alone, and holds it against what was told. */
  async judgeLedger(): Promise<void> {
    const client = this.#connect();
    const found = new Map<string, FoundKey>();
    const { entries } = await client.range({ prefix: OWN_PREFIX }, { timeoutMs: PATIENT_MS });
    for (const { key, version, modRevision } of entries) {
      found.set(key, { version, modRevision });
    }
    this.ledger.judge(found);
    // Each contested key once more, so that the history ends with what is there.
    for (let number = 0; number < this.#parts.plan.keys; number++) {
      await this.#get(client, "last", contestedKey(number), PATIENT_MS);
    }
  }

  #connect(): Holdfast {
    const { dice, wire, addresses, failed } = this.#parts;
    const session = new SessionClient(
      { clock: this.#time, turn: this.#time, random: dice.random, transport: wire },
      { addresses: dice.shuffled(addresses), limits: CLIENT_LIMITS },
    );
    session.open({ timeoutMs: PATIENT_MS * 60 }).catch(failed);
    const nobody = { status: () => Promise.reject(new Error("nobody asks for it here")) };
    return new Holdfast(session, nobody, { timeoutMs: PATIENT_MS });
  }

  async #contest(client: Holdfast, number: number, line: number): Promise<void> {
    const { plan } = this.#parts;
    let lives = 1;
    while (!this.#isOver) {
      await this.#pause(plan.thinkMs);
      if (this.#isOver) return;
      const name = `${number}.${line}#${lives}`;
      this.#underWay++;
      try {
        await this.#act(client, number, name);
      } catch (failure) {
        if (!(failure instanceof HoldfastError)) throw failure;
        this.#parts.note(`a call of client ${name} failed`, number, failure.message);
        this.#noteFailure(failure);
        if (failure.outcome === "unknown") lives++;
      } finally {
        this.#underWay--;
      }
    }
  }

  async #act(client: Holdfast, number: number, name: string): Promise<void> {
    const { dice, plan } = this.#parts;
    const timeoutMs = plan.timeoutMs * (dice.chance(0.2) ? 1 : PATIENCE);
    const contested = this.history.answered < CONTESTED_CALLS_MAX;
    if (!contested || dice.chance(0.35)) return this.#writeOwn(client, number, timeoutMs);
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
    const key = ownKey(number, this.ledger.size);
    this.ledger.begin(key);
    this.#parts.note("a client puts", number, key);
    try {
      const { revision } = await client.put(key, this.#value(), { timeoutMs });
      this.#sees(revision);
      this.ledger.acknowledged(key, revision);
      this.#parts.note("a client is answered", number, `${key} at revision ${revision}`);
    } catch (failure) {
      this.ledger.refused(key, failure instanceof HoldfastError ? failure.outcome : "unknown");
      throw failure;
    }
  }

  async #get(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    const { revision } = await this.history.record(
      name,
      { kind: "get", key },
      () => client.range(key, { timeoutMs }),
      (answer) => ({ revision: answer.revision, before: observed(answer.entries[0]) }),
    );
    this.#sees(revision);
  }

  async #put(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    const value = this.#value();
    await this.history.record(
      name,
      { kind: "put", key, value },
      () => client.put(key, value, { timeoutMs, previous: true }),
      ({ revision, previous }) => ({ revision, before: observed(previous) }),
    );
  }

  async #delete(client: Holdfast, name: string, key: string, timeoutMs: Millis): Promise<void> {
    await this.history.record(
      name,
      { kind: "delete", key },
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
    const change = { kind: "put", value: this.#value() } as const;
    const compare = [{ target: "modRevision", is: modRevision }] as const;
    await this.history.record(
      name,
      { kind: "txn", key, compare, then: change, else: { kind: "get" } },
      () =>
        client.txn(
          {
            compare: [{ key, modRevision }],
            then: [{ ...change, key }],
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

  async #compact(client: Holdfast, everyMs: Millis): Promise<void> {
    while (!this.#isOver) {
      await this.#pause(everyMs);
      if (this.#isOver) return;
      try {
        const freed = this.#revision > 1;
        await client.compact(this.#revision, { timeoutMs: this.#parts.plan.timeoutMs });
        if (freed) this.#parts.marks.hit("history compacted");
      } catch (failure) {
        if (!(failure instanceof HoldfastError)) throw failure;
      }
    }
  }

  #noteFailure({ outcome, code }: HoldfastError): void {
    const { marks } = this.#parts;
    if (outcome === "not-applied") marks.hit("call refused");
    if (outcome === "unknown") marks.hit("call with unknown outcome");
    if (code === "SESSION_EXPIRED") marks.hit("session expired");
  }

  #sees(revision: Revision): void {
    if (revision > this.#revision) this.#revision = revision;
  }

  #value(): string {
    const { dice, plan } = this.#parts;
    this.#values++;
    return `${this.#values} ${"v".repeat(dice.below(plan.valueBytesMax))}`;
  }

  #pause(meanMs: Millis): Promise<void> {
    const { timeline, dice } = this.#parts;
    return new Promise((resume) => {
      timeline.after(dice.exponential(meanMs), resume);
    });
  }
}

function observed(entry: Entry | undefined): ObservedKey | "absent" {
  if (entry === undefined) return "absent";
  const { version, createRevision, modRevision } = entry;
  return { value: entry.text(), version, createRevision, modRevision };
}
