import type { MemberId, Term } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";

const TERMS = 2 ** 32;

/** One leader a term (I1), one vote a member and term, across all its lives (I2). */
export class Elections {
  readonly #leaders = new Map<Term, Life>();
  /** By member and term. */
  readonly #votes = new Map<number, MemberId>();
  /** The highest term that a member has spoken in: no later life may be behind it. */
  readonly #spokenIn = new Map<MemberId, Term>();

  get count(): number {
    return this.#leaders.size;
  }

  /** The life that leads or led a term. */
  leaderOf(term: Term): Life | undefined {
    return this.#leaders.get(term);
  }

  lifeBegan({ id, status, machine }: Life): void {
    const spoken = this.#spokenIn.get(id) ?? 0;
    require(status.term >= spoken, "I8", () =>
      `node ${machine.slot} starts in term ${status.term}, but has spoken in term ${spoken}`);
  }

  leads(life: Life): void {
    const { term } = life.status;
    const known = this.#leaders.get(term);
    require(known === undefined || known === life, "I1", () =>
      `nodes ${known?.machine.slot} and ${life.machine.slot} both lead term ${term}`);
    this.#leaders.set(term, life);
  }

  sends(message: Message): void {
    const { from, to, term } = message;
    switch (message.kind) {
      case "vote-request":
        this.#vote(from, term, from);
        break;
      case "vote-response":
        if (message.granted) this.#vote(from, term, to);
        break;
      case "pre-vote-request":
      case "pre-vote-response":
      case "read-index-request":
      case "read-index-response":
        return;
      default:
    }
    if (term > (this.#spokenIn.get(from) ?? 0)) this.#spokenIn.set(from, term);
  }

  #vote(voter: MemberId, term: Term, candidate: MemberId): void {
    const key = voter * TERMS + term;
    const known = this.#votes.get(key) ?? candidate;
    require(known === candidate, "I2", () =>
      `member ${voter} votes for ${known} and for ${candidate} in term ${term}`);
    this.#votes.set(key, candidate);
  }
}
