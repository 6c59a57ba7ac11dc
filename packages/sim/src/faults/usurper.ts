import type { Millis } from "@holdfast/base";
import type { LinkFault, MachineFault } from "../decisions/decision.ts";
import type { Dice } from "../dice.ts";
import type { Way } from "../network/partition.ts";
import type { Machine } from "../node/machine.ts";
import type { Timeline } from "../timeline.ts";
import { leadersOf } from "./leaders.ts";

export interface UsurperParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly heartbeatMs: Millis;
  readonly electionTimeoutMs: Millis;
  readonly machines: readonly Machine[];
  /** Whether faults are on. */
  isStorming(): boolean;
  decide(fault: MachineFault | LinkFault): void;
}

const READS_MAX = 6;

/**
 * Has another member lead while the leader still believes that it does, and asks it meanwhile: what it
 * answers without the others is stale.
 */
export class Usurper {
  readonly #parts: UsurperParts;

  constructor(parts: UsurperParts) {
    this.#parts = parts;
  }

  strike(): void {
    const { dice, machines } = this.#parts;
    const [leader] = leadersOf(machines);
    if (leader === undefined) return;
    const others = machines.filter((machine) => machine !== leader);
    if (dice.chance(0.3)) this.#sleep(leader, others);
    else this.#slander(leader, others);
  }

  /** As a closed lid does, with its network away for a while longer. */
  #sleep({ slot }: Machine, others: readonly Machine[]): void {
    const { dice, decide, electionTimeoutMs } = this.#parts;
    const sleeps = electionTimeoutMs * dice.logarithmic(1.5, 5);
    const heals = sleeps + electionTimeoutMs * dice.logarithmic(0.2, 1.5);
    const ways = others.flatMap((other): Way[] => [
      [slot, other.slot],
      [other.slot, slot],
    ]);
    decide({ kind: "cut-off", ways, ms: heals });
    decide({ kind: "pause", machine: slot, ms: sleeps });
    this.#ask(slot, 0, heals);
  }

  /**
   * What the others say to it is held for a while. Then they are told that its process is gone, and hear
   * nothing more of it. Their answers of before arrive after another has been elected.
   */
  #slander({ slot }: Machine, others: readonly Machine[]): void {
    const { dice, decide, heartbeatMs, electionTimeoutMs } = this.#parts;
    const told = heartbeatMs * dice.logarithmic(0.5, 2);
    const ms = electionTimeoutMs * dice.logarithmic(0.1, 0.9);
    decide({ kind: "clog", ways: others.map((other): Way => [other.slot, slot]), ms: told + ms });
    this.#later(told, () => {
      decide({ kind: "cut-off", ways: others.map((other): Way => [slot, other.slot]), ms });
      decide({ kind: "slander", machine: slot, ms });
    });
    this.#ask(slot, told, told + ms);
  }

  #ask(machine: number, from: Millis, to: Millis): void {
    const { dice, decide } = this.#parts;
    for (let reads = dice.between(1, READS_MAX); reads > 0; reads--) {
      this.#later(from + (to - from) * dice.fraction(), () => decide({ kind: "peek", machine }));
    }
  }

  #later(ms: Millis, act: () => void): void {
    const { timeline, isStorming } = this.#parts;
    timeline.after(ms, () => {
      if (isStorming()) act();
    });
  }
}
