import type { LogIndex, MemberId, Millis, Term } from "@holdfast/base";
import type { Message, RaftOptions } from "@holdfast/raft";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";

/** A leader whose disk stalls has so many election timeouts from when it could see so. */
const STALLED_TIMEOUTS = 5;

interface Word {
  readonly term: Term;
  readonly match: LogIndex;
  /** Of the entry there, as far as the log still had it. */
  readonly matchTerm: Term | undefined;
}

interface Reign {
  readonly term: Term;
  readonly membershipIndex: LogIndex;
  readonly matches: Map<MemberId, LogIndex>;
  /** How old the write under way was when the disk was first seen to stall. */
  stalledAt: Millis | undefined;
}

/**
 * What follows from leading: who is no voter any more stops (I11), as does whose disk stalls
 * (liveness); what peers are known to hold does not fall (I10), and what a member has told its
 * leader stays there while that leader leads (I6).
 */
export class Leadership {
  readonly #options: RaftOptions;
  readonly #acknowledged = new Map<MemberId, Word>();
  readonly #reigns = new Map<Life, Reign>();

  constructor(options: RaftOptions) {
    this.#options = options;
  }

  ended(life: Life): void {
    this.#reigns.delete(life);
  }

  sends({ id, log }: Life, message: Message): void {
    if (message.kind !== "append-accepted") return;
    const { term, match } = message;
    const known = this.#acknowledged.get(id);
    if (known?.term === term && known.match >= match) return;
    this.#acknowledged.set(id, { term, match, matchTerm: log.termAt(match) });
  }

  turned(life: Life): void {
    this.#keepsItsWord(life);
    if (life.status.role !== "leader") {
      this.#reigns.delete(life);
      return;
    }
    this.#isVoter(life);
    const reign = this.#reignOf(life);
    this.#matchesStand(life, reign);
    this.#diskGoesOn(life, reign);
  }

  #keepsItsWord({ id, status, log, machine }: Life): void {
    const told = this.#acknowledged.get(id);
    if (told === undefined || told.term !== status.term) return;
    require(status.lastIndex >= told.match, "I6", () =>
      `node ${machine.slot} acknowledged ${told.match} in term ${told.term}, and ends at ${status.lastIndex}`);
    const now = log.termAt(told.match);
    const isSame = now === undefined || now === (told.matchTerm ?? now);
    require(isSame, "I6", () =>
      `node ${machine.slot} acknowledged ${told.matchTerm}/${told.match} in term ${told.term}, and has ${now}/${told.match} there`);
  }

  #isVoter({ id, status, log, machine }: Life): void {
    const { membership, membershipIndex, commit, term } = status;
    const isDecided = commit >= membershipIndex && log.termAt(commit) === term;
    const mayLead = membership.outgoing.length > 0 || membership.voters.includes(id);
    require(!isDecided || mayLead, "I11", () =>
      `node ${machine.slot} leads term ${term}, though a configuration without it is committed at ${membershipIndex}`);
  }

  #matchesStand({ status, machine }: Life, { matches }: Reign): void {
    for (const { id, match } of status.peers) {
      const known = matches.get(id) ?? 0;
      require(match >= known, "I10", () =>
        `node ${machine.slot}: the match of peer ${id} falls from ${known} to ${match}`);
      matches.set(id, match);
    }
  }

  #diskGoesOn({ id, status, machine }: Life, reign: Reign): void {
    const { persistAgeMs, membership } = status;
    const { diskStallMs, electionTimeoutMs } = this.#options;
    const isAlone = !membership.voters.some((voter) => voter !== id);
    if (isAlone || persistAgeMs < diskStallMs) {
      reign.stalledAt = undefined;
      return;
    }
    // One that stood still sees it late.
    reign.stalledAt = Math.min(reign.stalledAt ?? persistAgeMs, persistAgeMs);
    const seenFor = persistAgeMs - reign.stalledAt;
    require(seenFor < STALLED_TIMEOUTS * electionTimeoutMs, "liveness", () =>
      `node ${machine.slot} has led term ${status.term} for ${seenFor.toFixed(0)} ms with a disk that stalls`);
  }

  #reignOf(life: Life): Reign {
    const { term, membershipIndex } = life.status;
    const known = this.#reigns.get(life);
    // With another configuration a peer may begin anew.
    if (known?.term === term && known.membershipIndex === membershipIndex) return known;
    const stalledAt = known?.term === term ? known.stalledAt : undefined;
    const reign: Reign = { term, membershipIndex, matches: new Map(), stalledAt };
    this.#reigns.set(life, reign);
    return reign;
  }
}
