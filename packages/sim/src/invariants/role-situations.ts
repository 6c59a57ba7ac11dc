import type { Effects, Input, Message, Outcome, RaftStatus } from "@holdfast/raft";
import type { Marks } from "../marks.ts";
import type { Life } from "../node/life.ts";

interface Seen {
  /** Reads of its own that a leader has out, with the round that was begun for each. */
  readonly rounds: Map<number, number>;
  answeredRound: number;
  refusedAsBusy: boolean;
  followerReads: number;
}

/** Notices rare situations of elections, reads and clients, so that it is known that runs reach them. */
export class RoleSituations {
  readonly #marks: Marks;
  readonly #seen = new Map<Life, Seen>();
  readonly #firstTerms = new Map<Life, number>();
  readonly #abortedTerms = new Set<number>();

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  ended(life: Life): void {
    this.#seen.delete(life);
    this.#firstTerms.delete(life);
  }

  hears(life: Life, input: Input): void {
    const seen = this.#of(life);
    const { status } = life;
    if (!this.#firstTerms.has(life)) this.#firstTerms.set(life, status.term);
    if (input.kind === "message") this.#hearsMessage(status, seen, input.message);
    if (input.kind === "read-index") {
      if (status.role === "leader") this.#leaderRead(life, seen, input.token);
      else if (status.leader !== undefined) seen.followerReads++;
    }
  }

  turned({ status, id }: Life, before: RaftStatus, effects: Effects): void {
    for (const transition of effects.transitions) {
      if (transition.kind !== "role") continue;
      if (transition.role === "leader") this.#elected(status);
      if (transition.reason === "no contact with a quorum")
        this.#marks.hit("check-quorum step-down");
      if (/disk/.test(transition.reason)) this.#marks.hit("disk-stall step-down");
    }
    if (before.role.endsWith("candidate") && status.leader !== undefined && status.leader !== id) {
      this.#marks.hit("candidate gives way");
    }
    const { voters, learners } = status.membership;
    const isOut = !voters.includes(id) && !learners.includes(id);
    if (before.role === "leader" && status.role !== "leader" && isOut) {
      this.#marks.hit("leader removed itself");
    }
  }

  sends(life: Life, message: Message): void {
    const { kind, term } = message;
    if (kind === "vote-response" && message.granted && life.machine.lives > 1) {
      if (this.#firstTerms.get(life) === term) {
        this.#marks.hit("vote granted after a restart in the same term");
      }
    }
    if (kind === "snapshot-offer") this.#marks.hit("snapshot offered");
    if (kind !== "heartbeat-request") return;
    const { rounds } = this.#of(life);
    for (const [token, round] of rounds) if (round === 0) rounds.set(token, message.round);
  }

  settles(life: Life, outcome: Outcome, kind: "proposal" | "read" | "change"): void {
    const seen = this.#of(life);
    if (kind === "read") this.#readSettles(life, seen, outcome);
    if (outcome.kind === "refused" && outcome.reason === "busy") seen.refusedAsBusy = true;
    if (outcome.kind === "accepted" && seen.refusedAsBusy) {
      seen.refusedAsBusy = false;
      this.#marks.hit("quota refusal and recovery");
    }
    if (outcome.kind === "membership-refused" && outcome.reason === "in-progress") {
      this.#marks.hit("change refused in progress");
    }
    if (outcome.kind === "transfer-done") this.#marks.hit("leadership transferred");
    if (outcome.kind === "transfer-failed" && outcome.reason === "timed-out") {
      this.#abortedTerms.add(life.status.term);
      this.#marks.hit("transfer timed out");
    }
  }

  #hearsMessage(status: RaftStatus, seen: Seen, message: Message): void {
    switch (message.kind) {
      case "pre-vote-response":
        if (!message.granted && message.term > status.term) {
          this.#marks.hit("pre-vote refused by term");
        }
        return;
      case "append-accepted":
      case "heartbeat-response":
        if (message.term === status.term) seen.answeredRound = message.round;
        return;
      case "read-index-response":
        if (message.index === undefined) this.#marks.hit("stale read index refused");
        return;
      case "timeout-now":
        if (message.term < status.term || this.#abortedTerms.has(message.term)) {
          this.#marks.hit("TimeoutNow arrives late");
        }
        return;
      default:
    }
  }

  #leaderRead(life: Life, seen: Seen, token: number): void {
    const { commit, term } = life.status;
    if (life.log.termAt(commit) !== term) this.#marks.hit("read waiting for own-term commit");
    seen.rounds.set(token, 0);
  }

  #readSettles(life: Life, seen: Seen, outcome: Outcome): void {
    const round = seen.rounds.get(outcome.token);
    if (round !== undefined) {
      seen.rounds.delete(outcome.token);
      const later = round > 0 && seen.answeredRound > round;
      if (outcome.kind === "read-ready" && later)
        this.#marks.hit("read confirmed by a later round");
      return;
    }
    if (seen.followerReads > 0) seen.followerReads--;
    if (outcome.kind === "read-ready") this.#marks.hit("follower read served");
    else if (life.status.leader !== undefined)
      this.#marks.hit("follower read across leader change");
  }

  #elected({ membership }: RaftStatus): void {
    this.#marks.hit("leader elected");
    if (membership.outgoing.length > 0) this.#marks.hit("leader elected in joint config");
    if (membership.voters.length === 1 && membership.outgoing.length === 0) {
      this.#marks.hit("single voter served");
    }
  }

  #of(life: Life): Seen {
    const known = this.#seen.get(life);
    if (known !== undefined) return known;
    const seen = { rounds: new Map(), answeredRound: 0, refusedAsBusy: false, followerReads: 0 };
    this.#seen.set(life, seen);
    return seen;
  }
}
