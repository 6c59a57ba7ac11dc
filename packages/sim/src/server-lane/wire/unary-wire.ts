import { HoldfastError, type Millis, type Outcome } from "@holdfast/base";
import type { KvService, LeaseService } from "@holdfast/service";
import type { Network } from "../../network/network.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerProcess } from "../machine/server-process.ts";

export interface UnaryWireParts {
  readonly timeline: Timeline;
  readonly network: Network;
  /** The callers' place in the network. */
  readonly clientSlot: number;
}

/** A call that came to no answer. */
export class CallLostError extends HoldfastError {
  readonly code = "CALL_LOST";
  readonly retryable = true;
  readonly outcome: Outcome;

  constructor(message: string, outcome: Outcome) {
    super(message);
    this.outcome = outcome;
  }
}

interface Caller<Answer> {
  resolve(answer: Answer): void;
  reject(failure: unknown): void;
  /** Carries an end to the caller, or loses it. */
  back(settle: () => void): void;
}

/** Calls of one question and one answer, as etcd's clients make them of one node. */
export class UnaryWire {
  readonly #parts: UnaryWireParts;
  readonly #underWay = new Map<ServerProcess, Set<(lost: CallLostError) => void>>();

  constructor(parts: UnaryWireParts) {
    this.#parts = parts;
  }

  /** Calls that a node has taken and not answered. */
  get underWay(): number {
    let calls = 0;
    for (const ofOne of this.#underWay.values()) calls += ofOne.size;
    return calls;
  }

  /** Has a node's KV, or its leases, do something; rejects with what it says, or where it says nothing in time. */
  call<Answer>(
    machine: ServerMachine,
    timeoutMs: Millis,
    act: (kv: KvService, lease: LeaseService) => Promise<Answer>,
  ): Promise<Answer> {
    const { timeline, network, clientSlot } = this.#parts;
    const { slot } = machine;
    return new Promise((resolve, reject) => {
      const late = timeline.after(timeoutMs, () => {
        reject(new CallLostError(`no answer in ${timeoutMs.toFixed(0)} ms`, "unknown"));
      });
      const back = (settle: () => void): void =>
        network.carry(slot, clientSlot, undefined, {
          arrive: () => {
            late.cancelled = true;
            settle();
          },
        });
      network.carry(clientSlot, slot, undefined, {
        arrive: () => this.#serve(machine.process, act, { resolve, reject, back }),
      });
    });
  }

  #serve<Answer>(
    process: ServerProcess | undefined,
    act: (kv: KvService, lease: LeaseService) => Promise<Answer>,
    caller: Caller<Answer>,
  ): void {
    const { resolve, reject, back } = caller;
    const kv = process?.kv;
    const lease = process?.lease;
    if (process === undefined || kv === undefined || lease === undefined) {
      back(() => reject(new CallLostError("connection refused", "not-applied")));
      return;
    }
    const lose = (lost: CallLostError): void => back(() => reject(lost));
    const calls = this.#callsOf(process);
    calls.add(lose);
    const ended = (settle: () => void): void => {
      calls.delete(lose);
      back(settle);
    };
    process.time.run(() => {
      act(kv, lease).then(
        (answer) => ended(() => resolve(answer)),
        (failure: unknown) => ended(() => reject(failure)),
      );
    });
  }

  /** Where the machine lives on, callers hear that the process does not. */
  processEnded(process: ServerProcess, { power }: { readonly power: boolean }): void {
    const calls = this.#underWay.get(process) ?? [];
    this.#underWay.delete(process);
    if (power) return;
    for (const lose of calls) lose(new CallLostError("connection reset", "unknown"));
  }

  #callsOf(process: ServerProcess): Set<(lost: CallLostError) => void> {
    const known = this.#underWay.get(process);
    if (known !== undefined) return known;
    const calls = new Set<(lost: CallLostError) => void>();
    this.#underWay.set(process, calls);
    return calls;
  }
}
