import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { LinkFault, MachineFault } from "../decisions/decision.ts";
import type { Dice } from "../dice.ts";
import { drawPartition, type Way } from "../network/partition.ts";
import { BOUNDARIES, type Boundary, type Machine } from "../node/machine.ts";
import type { FaultPlan } from "../plan/world-plan.ts";
import type { Timeline } from "../timeline.ts";
import { leadersOf } from "./leaders.ts";

export interface NemesisParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: FaultPlan;
  readonly electionTimeoutMs: Millis;
  readonly machines: readonly Machine[];
  /** Has it done at once. */
  decide(fault: MachineFault | LinkFault): void;
  /** Lengths of so many payloads. */
  drawLengths(commands: number): readonly number[];
}

/** Of the offers of a state, where crashes strike between two effects at all. */
const FETCHER_STRUCK = 0.2;

/** Decides when to break which machine, link, disk and clock, each kind in its own rhythm, until it is told to stop. */
export class Nemesis {
  readonly #parts: NemesisParts;
  #active = false;

  constructor(parts: NemesisParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#active = true;
    const { plan } = this.#parts;
    this.every(plan.crash, () => this.#crash());
    this.every(plan.pause, () => this.#pause());
    this.every(plan.clockJump, () => this.#leap());
    this.every(plan.partition, () => this.#partition());
    this.every(plan.hunt, () => this.#hunt());
    this.every(plan.clog, () => this.#clog());
    this.every(plan.diskStall, () => this.#stall());
    this.every(plan.writeError, () => this.#breakWrite());
  }

  /** Whether faults are on. */
  get isActive(): boolean {
    return this.#active;
  }

  stop(): void {
    this.#active = false;
    for (const machine of this.#parts.machines) machine.doom = undefined;
  }

  /** Some are struck down at the very moment at which a message makes much of it. */
  sees({ kind }: Message, target: Machine): void {
    if (!this.#active) return;
    if (kind === "vote-request") this.#strikeVoter(target);
    if (kind === "snapshot-offer") this.#strikeFetcher(target);
  }

  /** While it puts a state that it fetched in the place of its own. */
  #strikeFetcher(target: Machine): void {
    const { dice, plan } = this.#parts;
    if (!dice.chance(plan.boundaryShare * FETCHER_STRUCK)) return;
    this.#doom(target, dice.pick(["snapshot staged", "snapshot installed"] as const), false);
  }

  /** As it writes its vote; it is back before the candidate asks again. */
  #strikeVoter(target: Machine): void {
    const { dice, plan } = this.#parts;
    if (!dice.chance(plan.voterStruck)) return;
    this.#doom(
      target,
      dice.pick(["write issued", "write durable", "messages sent"] as const),
      true,
    );
  }

  #doom({ slot: machine }: Machine, boundary: Boundary, returnsAtOnce: boolean): void {
    const { dice, plan, decide } = this.#parts;
    const power = dice.chance(plan.powerShare);
    decide({ kind: "doom", machine, boundary, power, returnsAtOnce });
  }

  /** Does something again and again while faults are on; `undefined`: never. */
  every(mean: Millis | undefined, act: () => void): void {
    if (mean === undefined) return;
    const { timeline, dice } = this.#parts;
    timeline.after(dice.exponential(mean), () => {
      if (!this.#active) return;
      act();
      this.every(mean, act);
    });
  }

  #crash(): void {
    const { dice, plan, decide } = this.#parts;
    const victim = this.#victim();
    if (victim?.life === undefined) return;
    const machine = victim.slot;
    const power = dice.chance(plan.powerShare);
    if (!dice.chance(plan.boundaryShare)) return decide({ kind: "kill", machine, power });
    const boundary = dice.pick(BOUNDARIES);
    decide({ kind: "doom", machine, boundary, power, returnsAtOnce: false });
  }

  #pause(): void {
    const { dice, decide, electionTimeoutMs } = this.#parts;
    const machine = this.#victim();
    if (machine?.life === undefined) return;
    // Most are of the order in which leaders are missed, few as long as a laptop's lid is shut.
    const most = dice.chance(0.15) ? 20_000 : 4 * electionTimeoutMs;
    const ms = dice.logarithmic(Math.min(10, most), most);
    decide({ kind: "pause", machine: machine.slot, ms });
  }

  #leap(): void {
    const { dice, decide, electionTimeoutMs } = this.#parts;
    const machine = this.#victim();
    if (machine === undefined) return;
    const ms = electionTimeoutMs * dice.logarithmic(0.05, 5);
    decide({ kind: "clock-leap", machine: machine.slot, ms });
  }

  #partition(): void {
    const { dice, machines, decide } = this.#parts;
    const ways = drawPartition(
      dice,
      machines.map(({ slot }) => slot),
    );
    const lasts = this.#parts.electionTimeoutMs * dice.logarithmic(0.3, 12);
    // Links heal one by one, so that members see each other again in every order.
    const ms = ways.map(() => lasts * (0.5 + dice.fraction()));
    decide({ kind: "partition", ways, ms });
  }

  /** Sees to it that another leader is elected beside the newest one, for some election timeouts. */
  #hunt(): void {
    const { dice, machines, plan, electionTimeoutMs, decide, drawLengths } = this.#parts;
    const [leader] = leadersOf(machines);
    if (leader === undefined) return;
    const machine = leader.slot;
    const ms = electionTimeoutMs * dice.logarithmic(0.5, 4);
    const others = machines.filter((other) => other !== leader);
    if (dice.chance(0.25)) decide({ kind: "slander", machine, ms });
    else decide({ kind: "cut-off", ways: this.#waysToCutOff(leader, others), ms });
    // What it accepts meanwhile is still on its way to the disk when another leader takes it back.
    if (dice.chance(0.3)) {
      decide({ kind: "disk-stall", machine, ms: ms + electionTimeoutMs * dice.fraction() });
    }
    if (plan.bursts) {
      decide({ kind: "burst", machine, lengths: drawLengths(dice.between(1, 30)) });
    }
  }

  /** The leader loses its links, in both directions or in one, perhaps with one follower on its side. */
  #waysToCutOff(leader: Machine, others: readonly Machine[]): readonly Way[] {
    const { dice } = this.#parts;
    const way = dice.pick(["both", "in", "out"]);
    const friend = dice.chance(0.3) ? dice.pick(others) : undefined;
    const side = friend === undefined ? [leader] : [leader, friend];
    return side.flatMap(({ slot: inside }) =>
      others.flatMap((other): Way[] => {
        if (other === friend) return [];
        const out: Way[] = way === "in" ? [] : [[inside, other.slot]];
        return way === "out" ? out : [...out, [other.slot, inside]];
      }),
    );
  }

  #clog(): void {
    const { dice, machines, decide } = this.#parts;
    const ms = this.#parts.electionTimeoutMs * dice.logarithmic(0.1, 5);
    const share = dice.pick([0.1, 0.3, 1]);
    const ways = machines.flatMap((from) =>
      machines.flatMap((to): Way[] =>
        from !== to && dice.chance(share) ? [[from.slot, to.slot]] : [],
      ),
    );
    decide({ kind: "clog", ways, ms });
  }

  #stall(): void {
    const { dice, decide, electionTimeoutMs } = this.#parts;
    const machine = this.#victim();
    if (machine === undefined) return;
    const ms = electionTimeoutMs * dice.logarithmic(0.2, 10);
    decide({ kind: "disk-stall", machine: machine.slot, ms });
  }

  #breakWrite(): void {
    const { decide } = this.#parts;
    const machine = this.#victim();
    if (machine !== undefined) decide({ kind: "write-error", machine: machine.slot });
  }

  #victim(): Machine | undefined {
    const { dice, machines, plan } = this.#parts;
    const leaders = leadersOf(machines);
    return dice.chance(plan.leaderShare) && leaders.length > 0
      ? dice.pick(leaders)
      : dice.pick(machines);
  }
}
