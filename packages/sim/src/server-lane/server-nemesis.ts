import type { Millis } from "@holdfast/base";
import type { Dice } from "../dice.ts";
import { cutsOneWay, drawPartition } from "../network/partition.ts";
import type { ServerMachine } from "./machine/server-machine.ts";
import type { ServerFaultKind } from "./plan/server-plan.ts";
import { ServerOperator } from "./server-operator.ts";
import type { ServerWorld } from "./server-world.ts";
import { isSettled, leaderOf, membersOf } from "./standing.ts";

export interface ServerNemesisParts {
  readonly world: ServerWorld;
  /** Chance of its own for each kind of fault, so that one kind less leaves the others as they are. */
  stream(name: string): Dice;
  /** The clients' place in the network. */
  readonly clientSlot: number;
}

/** Breaks nodes, links, disks and connections, each kind in its own rhythm, until it is told to stop. */
export class ServerNemesis {
  readonly operator: ServerOperator;
  readonly #parts: ServerNemesisParts;
  #active = false;

  constructor(parts: ServerNemesisParts) {
    this.#parts = parts;
    this.operator = new ServerOperator(parts.world);
  }

  start(): void {
    this.#active = true;
    const { world } = this.#parts;
    this.#every("crash", (dice) => this.#crash(dice));
    this.#every("restart", (dice) => world.restart(this.#victim(dice)));
    this.#every("pause", (dice) => this.#pause(dice));
    this.#every("partition", (dice) => this.#partition(dice));
    this.#every("diskStall", (dice) => this.#stall(dice));
    this.#every("writeError", (dice) => this.#failWrite(dice));
    this.#every("breakStreams", (dice) => this.#breakStreams(dice));
    this.#every("transfer", (dice) => this.operator.transfer(dice));
    this.#every("wipe", (dice) => this.#wipe(dice));
    this.#every("membership", (dice) => this.operator.changeMembership(dice));
  }

  /** No more faults; links heal, disks go on, processes that stand still or are down come back. */
  stop(): void {
    this.#active = false;
    const { world, clientSlot } = this.#parts;
    const slots = [...world.machines.map(({ slot }) => slot), clientSlot];
    world.network.faulty = false;
    for (const from of slots) for (const to of slots) world.network.heal(from, to);
    for (const machine of world.machines) {
      machine.doom = undefined;
      machine.disk.heal();
      machine.process?.time.goOn();
      world.start(machine);
    }
  }

  #every(kind: ServerFaultKind, act: (dice: Dice) => void): void {
    const { world, stream } = this.#parts;
    const mean = world.plan.faults[kind];
    if (mean === undefined) return;
    const dice = stream(`faults/${kind}`);
    world.timeline.after(dice.exponential(mean), () => {
      if (!this.#active) return;
      act(dice);
      this.#every(kind, act);
    });
  }

  #crash(dice: Dice): void {
    const { world } = this.#parts;
    const { powerShare, diskShare } = world.plan.faults;
    const machine = this.#victim(dice);
    const power = dice.chance(powerShare);
    if (dice.chance(diskShare)) machine.doom = { moments: dice.between(1, 12), power };
    else world.strike(machine, { power, reason: "the nemesis" });
  }

  #pause(dice: Dice): void {
    const { world } = this.#parts;
    const most = dice.chance(0.15) ? 10_000 : 4 * this.#patience;
    const stood = world.pause(this.#victim(dice), dice.logarithmic(20, most));
    if (stood) world.marks.hit("process stood still");
  }

  #partition(dice: Dice): void {
    const { world, clientSlot } = this.#parts;
    const { machines, network, timeline, trace, marks } = world;
    const slots = machines.map(({ slot }) => slot);
    const ways = drawPartition(dice, dice.chance(0.3) ? [...slots, clientSlot] : slots);
    if (ways.length > 0) marks.hit(cutsOneWay(ways) ? "links cut one way" : "links cut");
    const lasts = this.#patience * dice.logarithmic(0.3, 10);
    for (const [from, to] of ways) {
      trace.note(timeline.now, "is cut from", from, to);
      network.cut(from, to, timeline.now + lasts * (0.5 + dice.fraction()));
    }
  }

  #stall(dice: Dice): void {
    const { world } = this.#parts;
    const machine = this.#victim(dice);
    if (machine.process !== undefined) world.marks.hit("disk stalled");
    const until = world.timeline.now + this.#patience * dice.logarithmic(0.2, 8);
    world.trace.note(world.timeline.now, "its disk stalls", machine.slot);
    machine.disk.stall(until);
  }

  #failWrite(dice: Dice): void {
    const { world } = this.#parts;
    const machine = this.#victim(dice);
    if (machine.process?.replica === undefined) return;
    world.trace.note(world.timeline.now, "its next write fails", machine.slot);
    machine.diskFailed = true;
    machine.disk.failNext();
  }

  #breakStreams(dice: Dice): void {
    const { world } = this.#parts;
    const share = dice.pick([0.3, 1]);
    const broken = world.wire.breakSome(share) + world.watchWire.breakSome(share);
    if (broken > 0) world.marks.hit("client connections broken");
  }

  /** Loses a disk only where everything that was acknowledged is on the others (decision 16). */
  #wipe(dice: Dice): void {
    const { world } = this.#parts;
    const members = membersOf(world.machines);
    if (members.length < 3 || !isSettled(world.machines)) return;
    if (members.some(({ wiped }) => wiped)) world.marks.hit("wiped node admitted");
    const machine = dice.pick(members) as ServerMachine;
    machine.wiped = true;
    world.marks.hit("node wiped");
    world.wipe(machine);
  }

  #victim(dice: Dice): ServerMachine {
    const { world } = this.#parts;
    const leader = leaderOf(world.machines);
    return leader !== undefined && dice.chance(world.plan.faults.leaderShare)
      ? leader
      : (dice.pick(world.machines) as ServerMachine);
  }

  get #patience(): Millis {
    return this.#parts.world.plan.raft.electionTimeoutMs;
  }
}
