import type { Clock, HoldfastError, Logger, MemberId, Millis, Term, Turn } from "@holdfast/base";
import type { StateMachine } from "@holdfast/state-machine";
import type { Member, MemberParts } from "../member.ts";
import type { PeerMessage } from "../ports/peer-network.ts";
import type { NodeSession } from "../proposals/node-session.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseQuestions } from "./lease-questions.ts";
import { LeaseRenewals } from "./lease-renewals.ts";
import type { LeaseCounts } from "./replica-leases.ts";

export interface MemberLeasesParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly electionTimeoutMs: Millis;
  readonly session: NodeSession;
  leader(): MemberId | undefined;
  term(): Term;
  machine(): StateMachine;
  send(to: MemberId, message: PeerMessage): void;
}

/** To sort more takes longer than the event loop may wait. */
const SORTED_MAX = 5_000;

/** A member's leases, on what the member stands on. */
export function memberLeasesOf(
  { id, clock, turn, logger, options, network }: MemberParts,
  member: Pick<Member, "session" | "leader" | "status" | "state">,
): MemberLeases {
  return new MemberLeases({
    self: id,
    clock,
    turn,
    logger,
    electionTimeoutMs: options.raft.electionTimeoutMs,
    session: member.session,
    leader: () => member.leader,
    term: () => member.status().term,
    machine: () => member.state.machine,
    send: (to, message) => network.send(to, [message]),
  });
}

/** Leases as one member deals with them: as a leader it ends them, on any node it has them renewed and asks for them. */
export class MemberLeases {
  readonly renewals: LeaseRenewals;
  readonly questions: LeaseQuestions;
  readonly #keeper: LeaseKeeper;
  readonly #machine: () => StateMachine;
  readonly #isLeader: () => boolean;

  constructor(parts: MemberLeasesParts) {
    const { self, session, electionTimeoutMs, leader, term } = parts;
    this.#machine = parts.machine;
    this.#isLeader = () => leader() === self;
    this.#keeper = new LeaseKeeper({
      ...parts,
      leads: () => (this.#isLeader() ? term() : undefined),
      propose: (operation, deadline) => session.propose(operation, { deadline }),
    });
    this.renewals = new LeaseRenewals({
      ...parts,
      hasLeader: () => leader() !== undefined,
      propose: (operation, call) => session.propose(operation, call),
    });
    this.questions = new LeaseQuestions({
      ...parts,
      answerMs: electionTimeoutMs,
      remainingMs: (id) => this.#keeper.remainingMs(id),
      isKnown: (id) => this.#machine().leases.find(id) !== undefined,
    });
  }

  /** Another leads, or none, or this member. */
  leaderChanged(): void {
    if (this.#isLeader()) this.#keeper.start();
    else this.#keeper.stop();
  }

  stop(): void {
    this.#keeper.stop();
  }

  /** Those that end soonest first, where this member keeps them and they are few enough. */
  all(): readonly bigint[] {
    const ids = Array.from(this.#machine().leases.all(), ({ id }) => id);
    const { deadlines } = this.#keeper;
    if (deadlines.size === 0 || ids.length > SORTED_MAX) return ids;
    const at = (id: bigint): Millis => deadlines.at(id) ?? 0;
    return ids.sort((a, b) => at(a) - at(b));
  }

  counts(): LeaseCounts {
    const { leases } = this.#machine();
    const { granted, revoked, renewed } = leases.counts;
    return { leases: leases.count, granted, revoked, renewed, expired: this.#keeper.expired };
  }

  failAll(failure: HoldfastError): void {
    this.stop();
    this.renewals.failAll(failure);
    this.questions.failAll(failure);
  }
}
