import type { LogIndex, MemberId, Term } from "@holdfast/base";
import type { Replica, ReplicaStatus } from "@holdfast/replica";
import { require } from "../../violation.ts";

/** How far back a look goes at most; nodes remember their last 10,000 hashes. */
const LOOK_BACK = 2_000;

/**
 * What all nodes must agree on, however they came to it: who led a term (I1), and the hash
 * over all that was applied up to each index (I5, I17).
 */
export class AppliedAgreement {
  readonly #leaders = new Map<Term, MemberId>();
  #applied: LogIndex = 0;
  readonly #hashes = new Map<LogIndex, { readonly hash: number; readonly by: string }>();

  /** Terms that had a leader. */
  get elections(): number {
    return this.#leaders.size;
  }

  /** The highest index that any node has applied. */
  get applied(): LogIndex {
    return this.#applied;
  }

  /** A node says where it stands: nobody leads a term unseen. */
  changed(name: string, { role, term, memberId }: ReplicaStatus): void {
    if (role === "leader" && memberId !== undefined) this.#led(term, memberId, name);
  }

  /** Looks at one node; `from`: it was seen up to there. Answers up to where it is seen now. */
  look(name: string, replica: Replica, from: LogIndex): LogIndex {
    const { applied } = replica.status();
    for (let index = Math.max(from + 1, applied - LOOK_BACK); index <= applied; index++) {
      const hash = replica.rollingHashAt(index);
      if (hash !== undefined) this.#holds(index, hash, name);
    }
    this.#applied = Math.max(this.#applied, applied);
    return applied;
  }

  #led(term: Term, leader: MemberId, name: string): void {
    const known = this.#leaders.get(term);
    require(known === undefined || known === leader, "I1", () => {
      return `${name} (${leader}) leads term ${term}, which ${known} led`;
    });
    this.#leaders.set(term, leader);
  }

  #holds(index: LogIndex, hash: number, name: string): void {
    const known = this.#hashes.get(index);
    if (known === undefined) {
      this.#hashes.set(index, { hash, by: name });
      return;
    }
    require(known.hash === hash, "I17", () => {
      return `${name} has hash ${hash} over what it applied up to ${index}, ${known.by} had ${known.hash}`;
    });
  }
}
