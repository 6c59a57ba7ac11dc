import { HoldfastError, type Millis } from "@holdfast/base";
import type { MembershipRequest, Replica } from "@holdfast/replica";
import type { Dice } from "../dice.ts";
import type { ServerMachine } from "./machine/server-machine.ts";
import { Owed } from "./owed.ts";
import type { ServerFaultKind } from "./plan/server-plan.ts";
import type { ServerWorld } from "./server-world.ts";
import { knowsItsRemoval, leaderOf, membersOf, statusOf } from "./standing.ts";

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
    else if (members.length > VOTERS_LEAST) {
      const machine = dice.pick(members) as ServerMachine;
      if (this.#isFoundWithout(machine)) this.#remove(machine, dice);
    }
  }

  /**
   * Whether a node that was wiped still finds the cluster: by a member that its file names. Where the files name nobody who lives,
   * those that they name form a cluster of their own (docs/status.md).
   */
  #isFoundWithout(machine: ServerMachine): boolean {
    const { machines, plan } = this.#world;
    return membersOf(machines).some(
      (one) => one !== machine && one.slot < plan.nodes && statusOf(one)?.memberId !== undefined,
    );
  }

  /**
   * With nothing broken another leads when that is asked for, who was removed knows it, and who is outside is taken in.
   * The requests are tried until they are done.
   */
  askAll(dice: Dice): Owed {
    const world = this.#world;
    const owed = new Owed(world.timeline, (failure) => world.fail(failure));
    const members = membersOf(world.machines);
    const leader = leaderOf(world.machines)?.process?.replica;
    if (leader !== undefined && members.length > 1) {
      owed.owe("a hand-over", () =>
        this.#done(dice, (replica, deadline) =>
          replica.transferLeadership(undefined, { deadline }),
        ),
      );
    }
    for (const machine of world.machines) {
      if (members.includes(machine)) continue;
      owed.owe(`that ${machine.name} is taken in`, async () => {
        // The answer to an earlier try may have been lost.
        if (membersOf(world.machines).includes(machine)) return;
        if (knowsItsRemoval(machine)) world.wipe(machine);
        if (statusOf(machine)?.role !== "unborn") throw new NotYetError("it is not out yet");
        const request = requestFor(machine, "");
        await this.#done(dice, (replica, deadline) =>
          replica.changeMembership(request, { deadline }),
        );
      });
    }
    return owed;
  }

  #add(machine: ServerMachine, dice: Dice): void {
    const world = this.#world;
    const { name } = machine;
    // One that was out before comes with an empty disk, as it is told to.
    if (knowsItsRemoval(machine)) world.wipe(machine);
    else if (statusOf(machine)?.role !== "unborn") return;
    this.#tell("membership", () => `node ${machine.slot} is to be added`);
    const request = requestFor(machine, dice.pick(["", name]));
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
    this.#done(dice, request).catch(() => undefined);
  }

  #done<Answer>(
    dice: Dice,
    request: (replica: Replica, deadline: Millis) => Promise<Answer>,
  ): Promise<Answer> {
    const world = this.#world;
    const { process } = dice.pick(world.machines) as ServerMachine;
    const replica = process?.replica;
    if (process === undefined || replica === undefined) {
      return Promise.reject(new NotYetError("nobody is there"));
    }
    return new Promise((resolve, reject) => {
      process.time.run(() => {
        const patience = world.plan.raft.electionTimeoutMs * dice.logarithmic(1, 10);
        // Its process may end, and with it everything that it was asked for.
        world.timeline.after(2 * patience, () => reject(new NotYetError("nobody answers")));
        request(replica, process.time.now() + patience).then(resolve, reject);
      });
    });
  }
}

/** To be tried again. */
class NotYetError extends HoldfastError {
  readonly code = "NOT_YET";
  readonly outcome = "not-applied";
  readonly retryable = true;
}

function requestFor({ peerAddress }: ServerMachine, name: string): MembershipRequest {
  return { kind: "add", name, peerAddress, clientAddress: "", learner: false };
}
