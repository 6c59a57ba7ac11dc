import type { MemberId } from "@holdfast/base";
import { type Membership, type MembershipTarget, membersOf, type Promotion } from "@holdfast/raft";
import type { Dice } from "../dice.ts";

/** Who is to take part; the profiles follow from the ids. */
export type Draft = Omit<MembershipTarget, "profiles">;

const CHANGES = ["add", "add", "promote", "remove", "replace", "shrink", "demote"] as const;

/** The stores there are, and which of them have begun to exist for the cluster. */
export interface Stores {
  readonly all: readonly MemberId[];
  readonly born: readonly MemberId[];
}

/**
 * A change that an operator might want of this configuration, wise or not; `undefined`: there
 * is nobody for it. Whoever does not exist yet comes in as a learner only: as a voter it would
 * have to confirm the very change that it waits for (decision 17).
 */
export function drawChange(dice: Dice, current: Membership, stores: Stores): Draft | undefined {
  const strangers = stores.all.filter((id) => !membersOf(current).includes(id));
  const known = strangers.filter((id) => stores.born.includes(id));
  switch (dice.pick(CHANGES)) {
    case "add":
      return add(dice, current, strangers);
    case "promote":
      return promote(dice, current, stores);
    case "remove":
      return remove(dice, current);
    case "replace":
      return replace(dice, current, [...known, ...bornLearners(current, stores)]);
    case "shrink":
      return { voters: dice.shuffled(current.voters).slice(0, 1), learners: [], promotions: [] };
    case "demote":
      return demote(dice, current);
  }
}

export function sorted(ids: readonly MemberId[]): readonly MemberId[] {
  return [...ids].sort((a, b) => a - b);
}

function add(
  dice: Dice,
  { voters, learners, promotions }: Membership,
  strangers: readonly MemberId[],
): Draft | undefined {
  const id = dice.pick(strangers);
  if (id === undefined) return undefined;
  const promotes: Promotion[] = dice.chance(0.8) ? [{ learner: id, replaces: undefined }] : [];
  const all = [...promotions, ...promotes].sort((a, b) => a.learner - b.learner);
  return { voters, learners: sorted([...learners, id]), promotions: all };
}

function bornLearners({ learners }: Membership, { born }: Stores): readonly MemberId[] {
  return learners.filter((id) => born.includes(id));
}

function promote(dice: Dice, current: Membership, stores: Stores): Draft | undefined {
  const { voters, learners, promotions } = current;
  const id = dice.pick(bornLearners(current, stores));
  if (id === undefined) return undefined;
  return {
    voters: sorted([...voters, id]),
    learners: learners.filter((one) => one !== id),
    promotions: promotions.filter(({ learner }) => learner !== id),
  };
}

function remove(dice: Dice, current: Membership): Draft {
  const { voters, learners, promotions } = current;
  const id = dice.pick(membersOf(current));
  return {
    voters: voters.filter((one) => one !== id),
    learners: learners.filter((one) => one !== id),
    promotions: promotions.filter(({ learner, replaces }) => learner !== id && replaces !== id),
  };
}

/** One to three at once. */
function replace(
  dice: Dice,
  { voters, learners }: Membership,
  candidates: readonly MemberId[],
): Draft | undefined {
  const count = dice.between(1, 3);
  const into = dice.shuffled(candidates).slice(0, count);
  if (into.length === 0) return undefined;
  const out = dice.shuffled(voters).slice(0, into.length);
  return {
    voters: sorted([...voters.filter((id) => !out.includes(id)), ...into]),
    learners: learners.filter((id) => !into.includes(id)),
    promotions: [],
  };
}

function demote(dice: Dice, { voters, learners }: Membership): Draft | undefined {
  const id = dice.pick(voters);
  if (id === undefined || voters.length === 1) return undefined;
  const rest = voters.filter((one) => one !== id);
  return { voters: rest, learners: sorted([...learners, id]), promotions: [] };
}
