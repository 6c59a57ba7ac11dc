import type { LogIndex, MemberId } from "@holdfast/base";
import { type Membership, type MembershipTarget, membersOf } from "@holdfast/raft";
import type { OperatorAct } from "../decisions/decision.ts";
import type { Dice } from "../dice.ts";
import type { Witness } from "../invariants/witness.ts";
import type { Marks } from "../marks.ts";
import type { Life } from "../node/life.ts";
import type { Machine } from "../node/machine.ts";
import { profileOf } from "../node/store.ts";
import type { Timeline } from "../timeline.ts";
import type { Trace } from "../trace.ts";
import { type Draft, drawChange, sorted } from "./draw-change.ts";

export interface OperatorParts {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly marks: Marks;
  readonly machines: readonly Machine[];
  readonly witness: Witness;
  wipe(machine: Machine): void;
  /** Has it done at once. */
  decide(act: OperatorAct): void;
}

const REPLACE_LOOK_MS = 200;

/** Somebody who changes the cluster while it runs: members come and go, leaders hand over, disks are replaced. */
export class Operator {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** Asks whoever leads, or believes so, for a random change; sometimes two at once for two different ones. */
  changeMembership(): void {
    const { dice, decide } = this.#parts;
    for (const leader of this.#leaders()) {
      const { membership } = leader.status;
      const draft = this.#draw(membership);
      if (draft !== undefined && this.#canBeHad(draft)) {
        decide({ kind: "change-membership", machine: leader.machine.slot, draft });
      }
      if (dice.chance(0.7)) return;
    }
  }

  transfer(): void {
    const { dice, decide } = this.#parts;
    const leader = dice.pick(this.#leaders());
    if (leader === undefined) return;
    const to = dice.chance(0.3) ? undefined : dice.pick(membersOf(leader.status.membership));
    decide({ kind: "transfer", machine: leader.machine.slot, to });
  }

  /** Takes a voter's disk away, if it can be spared. */
  wipe(): void {
    const { dice, decide } = this.#parts;
    const spareable = this.#spareable();
    const victim = spareable === undefined ? undefined : dice.pick(spareable);
    if (victim !== undefined) decide({ kind: "wipe", machine: victim.slot });
  }

  /** Does what was decided, as far as it makes sense where it is done: its script may be of another run. */
  carryOut(act: OperatorAct): void {
    const machine = this.#parts.machines[act.machine];
    if (machine === undefined) return;
    if (act.kind === "wipe") return this.#wipe(machine);
    if (machine.life === undefined) return;
    if (act.kind === "transfer") return this.#handOver(machine.life, act.to);
    const { life } = machine;
    if (this.#canBeHad(act.draft) && this.#isKnown(life, act.draft)) this.#ask(life, act.draft);
  }

  #handOver(leader: Life, to: MemberId | undefined): void {
    const { trace, timeline } = this.#parts;
    const token = leader.desk.nextToken();
    trace.note(timeline.now, "hands over", leader.machine.slot, to ?? 0);
    this.#parts.witness.asked(leader, token, "change");
    leader.enqueue({ kind: "transfer-leadership", token, to });
  }

  /** And has the new store take the place of the old one. */
  #wipe(victim: Machine): void {
    if (this.#spareable()?.includes(victim) !== true) return;
    const old = victim.store.id;
    this.#parts.wipe(victim);
    this.#replace(old, victim);
  }

  /**
   * The voters, if the others can still decide without any of them: no change is under way, and
   * everybody who was wiped before has been replaced.
   */
  #spareable(): readonly Machine[] | undefined {
    const leader = this.#leaders()[0];
    if (leader === undefined) return undefined;
    const { voters, outgoing, promotions } = leader.status.membership;
    const settled = outgoing.length === 0 && promotions.length === 0;
    if (!settled || voters.length < 3 || !this.#agreed(leader.status.membership)) {
      return undefined;
    }
    const standing = this.#parts.machines.filter(({ store }) => voters.includes(store.id));
    return standing.length < voters.length ? [] : standing;
  }

  /** Has the store that a machine has now take the place of the member that it was before. */
  #replace(old: MemberId, machine: Machine): void {
    const { timeline, marks } = this.#parts;
    timeline.after(REPLACE_LOOK_MS, () => {
      const id = machine.store.id;
      const leader = this.#leaders()[0];
      const membership = leader?.committedMembership;
      if (membership?.voters.includes(id) === true && !membersOf(membership).includes(old)) {
        marks.hit("wiped store replaced");
        return;
      }
      if (leader !== undefined) this.#askReplacement(leader, old, id);
      this.#replace(old, machine);
    });
  }

  #askReplacement(leader: Life, old: MemberId, id: MemberId): void {
    const { voters, outgoing, learners, promotions } = leader.status.membership;
    if (outgoing.length > 0 || learners.includes(id) || voters.includes(id)) return;
    this.#ask(leader, {
      voters,
      learners: sorted([...learners, id]),
      promotions: [
        ...promotions,
        { learner: id, replaces: voters.includes(old) ? old : undefined },
      ],
    });
  }

  #leaders(): readonly Life[] {
    const leaders = this.#parts.machines.flatMap(({ life }) =>
      life?.status.role === "leader" ? [life] : [],
    );
    return leaders.sort((a, b) => b.status.term - a.status.term);
  }

  /** Whether every store has this configuration, and no other is on its way. */
  #agreed({ voters }: Membership): boolean {
    return this.#parts.machines.every(({ store, life }) => {
      if (!voters.includes(store.id)) return true;
      const effective = (life?.log ?? store.log?.durable)?.effective.membership;
      return (
        effective !== undefined &&
        `${effective.voters}` === `${voters}` &&
        effective.outgoing.length === 0
      );
    });
  }

  /** Nobody builds a majority on disks that are gone; the product refuses it (decision 16). */
  #canBeHad({ voters }: Draft): boolean {
    const standing = this.#parts.machines.filter(({ store }) => voters.includes(store.id));
    return standing.length > voters.length / 2;
  }

  /** Whether whoever comes in exists, and has begun to if it is to vote at once (decision 17). */
  #isKnown({ status }: Life, { voters, learners }: Draft): boolean {
    const { membership } = status;
    const stores = this.#parts.machines.map(({ store }) => store);
    const isThere = (id: MemberId): boolean =>
      membersOf(membership).includes(id) || stores.some((store) => store.id === id);
    const mayVote = (id: MemberId): boolean =>
      membership.voters.includes(id) ||
      stores.some((store) => store.id === id && store.log !== undefined);
    return voters.every(mayVote) && learners.every(isThere);
  }

  #draw(current: Membership): Draft | undefined {
    const { dice, machines } = this.#parts;
    const born = machines.filter(({ store }) => store.log !== undefined);
    return drawChange(dice, current, {
      all: machines.map(({ store }) => store.id),
      born: born.map(({ store }) => store.id),
    });
  }

  #ask(leader: Life, draft: Draft): void {
    const { trace, timeline, witness } = this.#parts;
    const token = leader.desk.nextToken();
    const basedOn: LogIndex = leader.status.membershipIndex;
    const profiles = sorted([...draft.voters, ...draft.learners]).map(profileOf);
    const target: MembershipTarget = { ...draft, profiles };
    trace.note(timeline.now, "is to change", leader.machine.slot, basedOn, 0, target);
    witness.asked(leader, token, "change");
    leader.enqueue({ kind: "change-membership", token, basedOn, target });
  }
}
