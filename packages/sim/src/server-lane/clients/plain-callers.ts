import { HoldfastError, type Millis, type Revision } from "@holdfast/base";
import type { ObservedKey } from "@holdfast/checker";
import type { CallContext, KvService } from "@holdfast/service";
import {
  type KeyValue,
  type PutOperation,
  pointQuery,
  type RangeResult,
} from "@holdfast/state-machine";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { UnaryWire } from "../wire/unary-wire.ts";
import { Calling, type CallingParts } from "./calling.ts";
import { contestedKey, ownKey } from "./keys.ts";

export interface PlainCallersParts extends CallingParts {
  readonly wire: UnaryWire;
  readonly machines: readonly ServerMachine[];
}

/**
 * Callers of etcd's KV, one node a call, without sessions of their own: a put is the node's to apply
 * once, and whoever gets no answer does not ask again.
 */
export class PlainCallers {
  readonly #parts: PlainCallersParts;
  readonly #calling: Calling;

  constructor(parts: PlainCallersParts) {
    this.#parts = parts;
    this.#calling = new Calling(parts);
  }

  get underWay(): number {
    return this.#calling.underWay;
  }

  start(): void {
    const { plan, note } = this.#parts;
    for (let number = 0; number < plan.plainCallers; number++) {
      this.#calling.begin({
        nameOf: (lives) => `plain ${number}#${lives}`,
        call: (name) => this.#act(number, name),
        failed: (_name, { message, outcome }) =>
          note("a plain call failed", number, `${message} (${outcome})`),
      });
    }
  }

  stop(): void {
    this.#calling.stop();
  }

  async #act(number: number, name: string): Promise<void> {
    const { dice, plan, history } = this.#parts;
    const timeoutMs = this.#calling.patience(0.3);
    if (this.#calling.goesAlone(0.5)) return this.#putOwn(number, timeoutMs);
    const key = contestedKey(dice.below(plan.keys));
    if (dice.chance(plan.readShare)) return this.#get(name, key, timeoutMs);
    const value = this.#value();
    await history.record(
      { client: name, input: { kind: "put", key, value } },
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
      { client: name, input: { kind: "get", key } },
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
    return `plain ${this.#calling.value()}`;
  }
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function observed(found: KeyValue | undefined): ObservedKey | "absent" {
  if (found === undefined) return "absent";
  const { value, version, createRevision, modRevision } = found;
  return { value: String.fromCharCode(...value), version, createRevision, modRevision };
}
