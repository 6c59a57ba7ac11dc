import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { Dice } from "../dice.ts";
import type { Marks } from "../marks.ts";
import type { Network } from "../network/network.ts";
import { drawPartition } from "../network/partition.ts";
import { BOUNDARIES, type Machine } from "../node/machine.ts";
import type { FaultPlan } from "../plan/world-plan.ts";
import type { Timeline } from "../timeline.ts";
import type { Trace } from "../trace.ts";

export interface NemesisParts {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly marks: Marks;
  readonly plan: FaultPlan;
  readonly electionTimeoutMs: Millis;
  readonly machines: readonly Machine[];
  readonly network: Network;
  strike(machine: Machine, options: { readonly power: boolean; readonly reason: string }): void;
  pause(machine: Machine, until: Millis): void;
  /** Gives a machine so many commands at once; nobody waits for them. */
  burst(machine: Machine, commands: number): void;
}

/** Of the offers of a state, where crashes strike between two effects at all. */
const FETCHER_STRUCK = 0.2;

/** Breaks machines, links, disks and clocks, each kind in its own rhythm, until it is told to stop. */
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
    const at = dice.pick(["snapshot staged", "snapshot installed"] as const);
    target.doom = { at, power: dice.chance(plan.powerShare) };
  }

  /** As it writes its vote; it is back before the candidate asks again. */
  #strikeVoter(target: Machine): void {
    const { dice, plan } = this.#parts;
    if (!dice.chance(plan.voterStruck)) return;
    const at = dice.pick(["write issued", "write durable", "messages sent"] as const);
    target.doom = { at, power: dice.chance(plan.powerShare) };
    target.returnsAtOnce = true;
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
    const { dice, plan, strike } = this.#parts;
    const machine = this.#victim();
    if (machine?.life === undefined) return;
    const power = dice.chance(plan.powerShare);
    if (dice.chance(plan.boundaryShare)) machine.doom = { at: dice.pick(BOUNDARIES), power };
    else strike(machine, { power, reason: "the nemesis" });
  }

  #pause(): void {
    const { dice, timeline, pause, marks, electionTimeoutMs } = this.#parts;
    const machine = this.#victim();
    if (machine?.life === undefined) return;
    marks.hit("process paused");
    // Most are of the order in which leaders are missed, few as long as a laptop's lid is shut.
    const most = dice.chance(0.15) ? 20_000 : 4 * electionTimeoutMs;
    pause(machine, timeline.now + dice.logarithmic(Math.min(10, most), most));
  }

  #leap(): void {
    const { dice, timeline, marks, electionTimeoutMs } = this.#parts;
    const machine = this.#victim();
    if (machine === undefined) return;
    marks.hit("clock leapt");
    machine.clock.leap(timeline.now, electionTimeoutMs * dice.logarithmic(0.05, 5));
    machine.life?.clockLeapt();
  }

  #partition(): void {
    const { dice, timeline, network, machines, marks, trace } = this.#parts;
    const ways = drawPartition(
      dice,
      machines.map(({ slot }) => slot),
    );
    const lasts = this.#parts.electionTimeoutMs * dice.logarithmic(0.3, 12);
    const cut = new Set(ways.map(([from, to]) => `${from}>${to}`));
    if (ways.some(([from, to]) => !cut.has(`${to}>${from}`))) marks.hit("links cut one way");
    for (const [from, to] of ways) {
      trace.note(timeline.now, "is cut from", from, to);
      // Links heal one by one, so that members see each other again in every order.
      network.cut(from, to, timeline.now + lasts * (0.5 + dice.fraction()));
    }
  }

  /** Sees to it that another leader is elected beside the newest one, for some election timeouts. */
  #hunt(): void {
    const { dice, timeline, machines, plan, electionTimeoutMs, burst } = this.#parts;
    const leader = this.#leaders().sort((a, b) => termOf(b) - termOf(a))[0];
    if (leader === undefined) return;
    const until = timeline.now + electionTimeoutMs * dice.logarithmic(0.5, 4);
    const others = machines.filter((machine) => machine !== leader);
    if (dice.chance(0.25)) this.#slander(leader, others, until);
    else this.#cutOff(leader, others, until);
    // What it accepts meanwhile is still on its way to the disk when another leader takes it back.
    if (dice.chance(0.3)) leader.weather.stall(until + electionTimeoutMs * dice.fraction());
    if (plan.bursts) burst(leader, dice.between(1, 30));
  }

  /** The leader loses its links, in both directions or in one, perhaps with one follower on its side. */
  #cutOff(leader: Machine, others: readonly Machine[], until: Millis): void {
    const { dice, network } = this.#parts;
    const way = dice.pick(["both", "in", "out"]);
    const friend = dice.chance(0.3) ? dice.pick(others) : undefined;
    const side = friend === undefined ? [leader] : [leader, friend];
    for (const { slot: inside } of side) {
      for (const other of others) {
        if (other === friend) continue;
        if (way !== "in") network.cut(inside, other.slot, until);
        if (way !== "out") network.cut(other.slot, inside, until);
      }
    }
  }

  /** Everybody is told that the leader's process is gone, while what they had said to it is still on its way. */
  #slander(leader: Machine, others: readonly Machine[], until: Millis): void {
    const { network } = this.#parts;
    for (const { slot, life } of others) {
      network.clog(slot, leader.slot, until);
      life?.enqueue({ kind: "peer-gone", peer: leader.store.id });
    }
  }

  #clog(): void {
    const { dice, timeline, network, machines } = this.#parts;
    const until = timeline.now + this.#parts.electionTimeoutMs * dice.logarithmic(0.1, 5);
    const share = dice.pick([0.1, 0.3, 1]);
    for (const from of machines) {
      for (const to of machines) {
        if (from !== to && dice.chance(share)) network.clog(from.slot, to.slot, until);
      }
    }
  }

  #stall(): void {
    const { dice, timeline, marks, electionTimeoutMs } = this.#parts;
    marks.hit("disk stalled");
    this.#victim()?.weather.stall(timeline.now + electionTimeoutMs * dice.logarithmic(0.2, 10));
  }

  #breakWrite(): void {
    this.#parts.marks.hit("write failed");
    this.#victim()?.weather.breakNext();
  }

  #victim(): Machine | undefined {
    const { dice, machines, plan } = this.#parts;
    const leaders = this.#leaders();
    return dice.chance(plan.leaderShare) && leaders.length > 0
      ? dice.pick(leaders)
      : dice.pick(machines);
  }

  #leaders(): Machine[] {
    return this.#parts.machines.filter(({ life }) => life?.status.role === "leader");
  }
}

function termOf({ life }: Machine): number {
  return life?.status.term ?? 0;
}
