import { HoldfastError, type Millis, type Revision } from "@holdfast/base";
import type { ObservedKey } from "@holdfast/checker";
import type { CallContext, KvService } from "@holdfast/service";
import {
  type KeyValue,
  type PutOperation,
  pointQuery,
  type RangeResult,
} from "@holdfast/state-machine";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerWorkload } from "../plan/server-plan.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { UnaryWire } from "../wire/unary-wire.ts";
import type { CallHistory } from "./call-history.ts";
import { contestedKey, ownKey } from "./keys.ts";
import type { WriteLedger } from "./write-ledger.ts";

export interface PlainCallersParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: ServerWorkload;
  readonly marks: Marks<ServerSituation>;
  readonly wire: UnaryWire;
  readonly machines: readonly ServerMachine[];
  readonly history: CallHistory;
  readonly ledger: WriteLedger;
  note(kind: string, client: number, subject?: unknown): void;
  failed(failure: unknown): void;
}

/** Patience beyond which a node itself gives a call up is of no use. */
const PATIENCE = 10;
const CONTESTED_CALLS_MAX = 1_500;

/**
 * Callers of etcd's KV, one node a call, without sessions of their own: a put is the node's to apply
 * once, and whoever gets no answer does not ask again.
 */
export class PlainCallers {
  readonly #parts: PlainCallersParts;
  #isOver = false;
  #values = 0;
  #underWay = 0;

  constructor(parts: PlainCallersParts) {
    this.#parts = parts;
  }

  get underWay(): number {
    return this.#underWay;
  }

  start(): void {
    const { plan, failed } = this.#parts;
    for (let number = 0; number < plan.plainCallers; number++) {
      this.#go(number).catch(failed);
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async #go(number: number): Promise<void> {
    let lives = 1;
    while (!this.#isOver) {
      await this.#pause();
      if (this.#isOver) return;
      this.#underWay++;
      try {
        await this.#act(number, `plain ${number}#${lives}`);
      } catch (failure) {
        if (!(failure instanceof HoldfastError)) throw failure;
        this.#noteFailure(number, failure);
        if (failure.outcome === "unknown") lives++;
      } finally {
        this.#underWay--;
      }
    }
  }

  #noteFailure(number: number, { outcome, message }: HoldfastError): void {
    const { note, marks } = this.#parts;
    note("a plain call failed", number, `${message} (${outcome})`);
    if (outcome === "not-applied") marks.hit("call refused");
    if (outcome === "unknown") marks.hit("call with unknown outcome");
  }

  async #act(number: number, name: string): Promise<void> {
    const { dice, plan, history } = this.#parts;
    const timeoutMs = plan.timeoutMs * (dice.chance(0.3) ? 1 : PATIENCE);
    const contested = history.answered < CONTESTED_CALLS_MAX;
    if (!contested || dice.chance(0.5)) return this.#putOwn(number, timeoutMs);
    const key = contestedKey(dice.below(plan.keys));
    if (dice.chance(plan.readShare)) return this.#get(name, key, timeoutMs);
    const value = this.#value();
    await history.record(
      name,
      { kind: "put", key, value },
      () => this.#put(key, value, timeoutMs),
      ({ revision, previous }) =>
        previous === "unknown" ? { revision } : { revision, before: observed(previous) },
    );
  }

  async #putOwn(number: number, timeoutMs: Millis): Promise<void> {
    const { ledger } = this.#parts;
    const key = ownKey(`plain ${number}`, ledger.size);
    ledger.begin(key);
    try {
      const { revision } = await this.#put(key, this.#value(), timeoutMs);
      ledger.acknowledged(key, revision);
    } catch (failure) {
      ledger.refused(key, failure instanceof HoldfastError ? failure.outcome : "unknown");
      throw failure;
    }
  }

  async #get(name: string, key: string, timeoutMs: Millis): Promise<void> {
    const { history } = this.#parts;
    await history.record(
      name,
      { kind: "get", key },
      () => this.#range(key, timeoutMs),
      ({ revision, kvs: [found] }) => ({ revision, before: observed(found) }),
    );
  }

  async #range(key: string, timeoutMs: Millis): Promise<RangeResult> {
    const answer = await this.#call(timeoutMs, async (kv, context) =>
      kv.range(pointQuery(bytesOf(key)), { ...context, serializable: false }),
    );
    if (!("kvs" in answer)) throw new Error("a read was refused for good");
    return answer;
  }

  async #put(
    key: string,
    value: string,
    timeoutMs: Millis,
  ): Promise<{ readonly revision: Revision; readonly previous: KeyValue | undefined | "unknown" }> {
    const operation: PutOperation = {
      kind: "put",
      key: bytesOf(key),
      value: bytesOf(value),
      lease: 0n,
      prevKv: true,
      ignoreValue: false,
      ignoreLease: false,
    };
    const answer = await this.#call(timeoutMs, async (kv, context) => kv.put(operation, context));
    if (!("kind" in answer)) throw new Error("a put was refused for good");
    // It was applied, and asked again: its answer was too large to be kept.
    if (answer.kind === "answer-gone") return { revision: answer.revision, previous: "unknown" };
    if (answer.kind !== "put") throw new Error(`a put was answered by ${answer.kind}`);
    return { revision: answer.revision, previous: answer.prevKv };
  }

  #call<Answer>(
    timeoutMs: Millis,
    act: (kv: KvService, context: CallContext) => Promise<Answer>,
  ): Promise<Answer> {
    const { dice, machines, wire } = this.#parts;
    const context = { timeoutMs, requireLeader: dice.chance(0.2) };
    return wire.call(dice.pick(machines) as ServerMachine, timeoutMs, (kv) => act(kv, context));
  }

  #value(): string {
    const { dice, plan } = this.#parts;
    this.#values++;
    return `plain ${this.#values} ${"v".repeat(dice.below(plan.valueBytesMax))}`;
  }

  #pause(): Promise<void> {
    const { timeline, dice, plan } = this.#parts;
    return new Promise((resume) => {
      timeline.after(dice.exponential(plan.thinkMs), resume);
    });
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function observed(found: KeyValue | undefined): ObservedKey | "absent" {
  if (found === undefined) return "absent";
  const { value, version, createRevision, modRevision } = found;
  return { value: String.fromCharCode(...value), version, createRevision, modRevision };
}
