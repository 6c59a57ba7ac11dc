import { HoldfastError, type Millis, type Outcome } from "@holdfast/base";
import type { Dice } from "../../dice.ts";
import type { Network } from "../../network/network.ts";
import type { NetworkPlan } from "../../plan/world-plan.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerProcess } from "../machine/server-process.ts";

export interface UnaryWireParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: NetworkPlan;
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

/** Calls of one question and one answer, as etcd's clients make them of one node. */
export class UnaryWire {
  readonly #parts: UnaryWireParts;
  readonly #underWay = new Map<ServerProcess, Set<(lost: CallLostError) => void>>();

  constructor(parts: UnaryWireParts) {
    this.#parts = parts;
  }

  /** Has a node do something; rejects with what the node says, or where it says nothing in time. */
  call<Answer>(
    machine: ServerMachine,
    timeoutMs: Millis,
    act: (process: ServerProcess) => Promise<Answer>,
  ): Promise<Answer> {
    const { timeline, network, clientSlot } = this.#parts;
    return new Promise((resolve, reject) => {
      const late = timeline.after(timeoutMs, () => {
        reject(new CallLostError(`no answer in ${timeoutMs.toFixed(0)} ms`, "unknown"));
      });
      const back = (settle: () => void): void => {
        if (network.isCut(machine.slot, clientSlot)) return;
        this.#later(() => {
          late.cancelled = true;
          settle();
        });
      };
      if (network.isCut(clientSlot, machine.slot)) return;
      this.#later(() => {
        const { process } = machine;
        const isServing = process?.kv !== undefined;
        if (!isServing) {
          back(() => reject(new CallLostError("connection refused", "not-applied")));
          return;
        }
        const lose = (lost: CallLostError): void => back(() => reject(lost));
        const calls = this.#callsOf(process);
        calls.add(lose);
        process.time.run(() => {
          const ended = (settle: () => void): void => {
            calls.delete(lose);
            back(settle);
          };
          act(process).then(
            (answer) => ended(() => resolve(answer)),
            (failure: unknown) => ended(() => reject(failure)),
          );
        });
      });
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

  #later(run: () => void): void {
    const { timeline, dice, plan } = this.#parts;
    timeline.after(plan.latencyMs * (0.5 + dice.exponential(0.5)), run);
  }
}
