import type { Millis } from "@holdfast/base";
import { millis } from "../decisions/in-words.ts";
import type { Dice } from "../dice.ts";
import { cutsOneWay, drawPartition, type Way } from "../network/partition.ts";
import type { ServerMachine } from "./machine/server-machine.ts";
import type { Owed } from "./owed.ts";
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
    this.#every("crash", (dice) => this.#crash(dice));
    this.#every("restart", (dice) => this.#restart(dice));
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
    world.observer?.healed?.(world.timeline.now, slots);
    for (const from of slots) for (const to of slots) world.network.heal(from, to);
    for (const machine of world.machines) {
      machine.doom = undefined;
      machine.disk.heal();
      machine.process?.time.goOn();
      world.start(machine);
    }
  }

  /** Takes away as many members as a settled cluster can do without; whom it took. */
  takeMinority(): readonly ServerMachine[] {
    const { world, stream } = this.#parts;
    const dice = stream("minority");
    const members = dice.shuffled(membersOf(world.machines));
    const taken = members.slice(0, Math.floor((members.length - 1) / 2));
    for (const machine of taken) world.takeAway(machine, dice.chance(0.5));
    if (taken.length > 0) world.marks.hit("minority gone");
    return taken;
  }

  /** What is owed to an operator where nothing is broken. */
  askOperator(): Owed {
    return this.operator.askAll(this.#parts.stream("operator"));
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
    const isDoomed = dice.chance(diskShare);
    this.#tell("crash", () => {
      const what = `node ${machine.slot} ${power ? "loses power" : "is killed"}`;
      return isDoomed ? `${what} amid one of its next writes` : what;
    });
    if (isDoomed) machine.doom = { moments: dice.between(1, 12), power };
    else world.strike(machine, { power, reason: "the nemesis" });
  }

  #restart(dice: Dice): void {
    const machine = this.#victim(dice);
    this.#tell("restart", () => `node ${machine.slot} is told to stop`);
    this.#parts.world.restart(machine);
  }

  #pause(dice: Dice): void {
    const { world } = this.#parts;
    const most = dice.chance(0.15) ? 10_000 : 4 * this.#patience;
    const machine = this.#victim(dice);
    const forMs = dice.logarithmic(20, most);
    if (!world.pause(machine, forMs)) return;
    world.marks.hit("process stood still");
    this.#tell("pause", () => `node ${machine.slot} stands still for ${millis(forMs)}`);
  }

  #partition(dice: Dice): void {
    const { world, clientSlot } = this.#parts;
    const { machines, network, timeline, trace, marks } = world;
    const slots = machines.map(({ slot }) => slot);
    const ways = drawPartition(dice, dice.chance(0.3) ? [...slots, clientSlot] : slots);
    if (ways.length > 0) marks.hit(cutsOneWay(ways) ? "links cut one way" : "links cut");
    const lasts = this.#patience * dice.logarithmic(0.3, 10);
    if (ways.length > 0) this.#tell("partition", () => this.#cutInWords(ways, lasts));
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
    const { now } = world.timeline;
    world.trace.note(now, "its disk stalls", machine.slot);
    this.#tell(
      "diskStall",
      () => `the disk of node ${machine.slot} stalls for ${millis(until - now)}`,
    );
    world.observer?.stalls?.(now, machine.slot, until - now);
    machine.disk.stall(until);
  }

  #failWrite(dice: Dice): void {
    const { world } = this.#parts;
    const machine = this.#victim(dice);
    if (machine.process?.replica === undefined) return;
    world.trace.note(world.timeline.now, "its next write fails", machine.slot);
    this.#tell("writeError", () => `the next write of node ${machine.slot} fails`);
    machine.diskFailed = true;
    machine.disk.failNext();
  }

  #breakStreams(dice: Dice): void {
    const { world } = this.#parts;
    const share = dice.pick([0.3, 1]);
    const broken = world.wire.breakSome(share) + world.watchWire.breakSome(share);
    if (broken === 0) return;
    world.marks.hit("client connections broken");
    this.#tell(
      "breakStreams",
      () => `${broken} ${broken === 1 ? "stream of a client breaks" : "streams of clients break"}`,
    );
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
    this.#tell("wipe", () => `the disk of node ${machine.slot} is wiped`);
    world.wipe(machine);
  }

  #cutInWords(ways: readonly Way[], ms: Millis): string {
    const { clientSlot } = this.#parts;
    const name = (slot: number): string => (slot === clientSlot ? "clients" : `${slot}`);
    const told = ways.map(([from, to]) => `${name(from)}→${name(to)}`).join(", ");
    return `${ways.length === 1 ? "link" : "links"} ${told} cut for up to ${millis(1.5 * ms)}`;
  }

  #tell(kind: ServerFaultKind, text: () => string): void {
    const { observer, timeline } = this.#parts.world;
    if (observer?.fault !== undefined) observer.fault(timeline.now, kind, text());
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
