import type { Millis } from "@holdfast/base";
import type { MembershipRequest, Replica } from "@holdfast/replica";
import type { Dice } from "../dice.ts";
import type { ServerMachine } from "./machine/server-machine.ts";
import type { ServerFaultKind } from "./plan/server-plan.ts";
import type { ServerWorld } from "./server-world.ts";
import { knowsItsRemoval, membersOf, statusOf } from "./standing.ts";

const VOTERS_LEAST = 2;

/** Asks any node for what an operator would: another leader, other members. */
export class ServerOperator {
  readonly #world: ServerWorld;

  constructor(world: ServerWorld) {
    this.#world = world;
  }

  transfer(dice: Dice): void {
    const world = this.#world;
    this.#tell("transfer", () => "a leader is asked to hand over");
    this.#ask(dice, (replica, deadline) =>
      replica.transferLeadership(undefined, { deadline }).then(() => {
        world.marks.hit("leadership handed over");
      }),
    );
  }

  /** Takes in a machine that is no member, or one that is out. */
  changeMembership(dice: Dice): void {
    const world = this.#world;
    const members = membersOf(world.machines);
    const outside = world.machines.filter((machine) => !members.includes(machine));
    if (members.length === 0) return;
    const newcomer = dice.pick(outside);
    if (newcomer !== undefined && dice.chance(0.7)) this.#add(newcomer, dice);
    else if (members.length > VOTERS_LEAST) this.#remove(dice.pick(members) as ServerMachine, dice);
  }

  #add(machine: ServerMachine, dice: Dice): void {
    const world = this.#world;
    const { name, peerAddress } = machine;
    // One that was out before comes with an empty disk, as it is told to.
    if (knowsItsRemoval(machine)) world.wipe(machine);
    else if (statusOf(machine)?.role !== "unborn") return;
    this.#tell("membership", () => `node ${machine.slot} is to be added`);
    const request: MembershipRequest = {
      kind: "add",
      name: dice.pick(["", name]),
      peerAddress,
      clientAddress: "",
      learner: false,
    };
    this.#ask(dice, (replica, deadline) =>
      replica.changeMembership(request, { deadline }).then(() => {
        world.trace.note(world.timeline.now, "is added", 0, 0, 0, name);
        world.marks.hit("member added");
      }),
    );
  }

  /** Once it is out its disk is of no further use: it comes back as a new node. */
  #remove(machine: ServerMachine, dice: Dice): void {
    const world = this.#world;
    const { storeId } = machine;
    const id = statusOf(machine)?.memberId;
    if (id === undefined) return;
    this.#tell("membership", () => `node ${machine.slot} is to be removed`);
    this.#ask(dice, (replica, deadline) =>
      replica.changeMembership({ kind: "remove", id }, { deadline }).then(() => {
        world.marks.hit("member removed");
        if (machine.storeId === storeId) world.wipe(machine);
      }),
    );
  }

  #tell(kind: ServerFaultKind, text: () => string): void {
    const { observer, timeline } = this.#world;
    if (observer?.fault !== undefined) observer.fault(timeline.now, kind, text());
  }

  /** What comes of it is not looked at: it may be refused, or too late. */
  #ask(dice: Dice, request: (replica: Replica, deadline: Millis) => Promise<void>): void {
    const world = this.#world;
    const { process } = dice.pick(world.machines) as ServerMachine;
    const replica = process?.replica;
    if (process === undefined || replica === undefined) return;
    process.time.run(() => {
      const patience = world.plan.raft.electionTimeoutMs * dice.logarithmic(1, 10);
      request(replica, process.time.now() + patience).catch(() => undefined);
    });
  }
}
