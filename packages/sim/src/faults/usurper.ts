import type { Millis } from "@holdfast/base";
import type { Dice } from "../dice.ts";
import type { Network } from "../network/network.ts";
import type { Machine } from "../node/machine.ts";
import type { Timeline } from "../timeline.ts";

export interface UsurperParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly heartbeatMs: Millis;
  readonly electionTimeoutMs: Millis;
  readonly machines: readonly Machine[];
  readonly network: Network;
  pause(machine: Machine, until: Millis): void;
  /** Reads from a machine; nobody waits for the answer. */
  read(machine: Machine): void;
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
    const leader = machines.find(({ life }) => life?.status.role === "leader");
    if (leader === undefined) return;
    const others = machines.filter((machine) => machine !== leader);
    if (dice.chance(0.3)) this.#sleep(leader, others);
    else this.#slander(leader, others);
  }

  /** As a closed lid does, with its network away for a while longer. */
  #sleep(leader: Machine, others: readonly Machine[]): void {
    const { timeline, dice, network, pause, electionTimeoutMs } = this.#parts;
    const wakes = timeline.now + electionTimeoutMs * dice.logarithmic(1.5, 5);
    const heals = wakes + electionTimeoutMs * dice.logarithmic(0.2, 1.5);
    for (const { slot } of others) {
      network.cut(leader.slot, slot, heals);
      network.cut(slot, leader.slot, heals);
    }
    pause(leader, wakes);
    this.#ask(leader, timeline.now, heals);
  }

  /**
   * What the others say to it is held for a while. Then they are told that its process is gone, and hear
   * nothing more of it. Their answers of before arrive after another has been elected.
   */
  #slander(leader: Machine, others: readonly Machine[]): void {
    const { timeline, dice, network, heartbeatMs, electionTimeoutMs } = this.#parts;
    const told = timeline.now + heartbeatMs * dice.logarithmic(0.5, 2);
    const heals = told + electionTimeoutMs * dice.logarithmic(0.1, 0.9);
    for (const { slot } of others) network.clog(slot, leader.slot, heals);
    timeline.at(told, () => {
      for (const { slot, life } of others) {
        network.cut(leader.slot, slot, heals);
        life?.enqueue({ kind: "peer-gone", peer: leader.store.id });
      }
    });
    this.#ask(leader, told, heals);
  }

  #ask(leader: Machine, from: Millis, to: Millis): void {
    const { timeline, dice, read } = this.#parts;
    for (let reads = dice.between(1, READS_MAX); reads > 0; reads--) {
      timeline.at(from + (to - from) * dice.fraction(), () => read(leader));
    }
  }
}
