import type { Cancel, Clock, Millis } from "@holdfast/base";
import { NoLeaderError } from "./replica-errors.ts";

export interface LeaderLookoutParts {
  readonly clock: Clock;
  electionTimeoutMs(): Millis;
  hasLeader(): boolean;
}

/** So many looks in a row without a leader, an election timeout apart, end what wants one (etcd-v3.md §1). */
const LEADERLESS_LOOKS = 3;

type Lost = (failure: NoLeaderError) => void;

/** Looks for a leader now and then, for as long as somebody wants one. */
export class LeaderLookout {
  readonly #parts: LeaderLookoutParts;
  readonly #wanting = new Set<Lost>();
  #leaderless = 0;
  #cancel: Cancel | undefined;

  constructor(parts: LeaderLookoutParts) {
    this.#parts = parts;
  }

  /** Calls `lost` once, where no leader was known for so long, unless what is returned is called before. */
  want(lost: Lost): () => void {
    this.#wanting.add(lost);
    this.#look();
    return () => this.#wanting.delete(lost);
  }

  stop(): void {
    this.#wanting.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const { clock, electionTimeoutMs, hasLeader } = this.#parts;
    this.#cancel ??= clock.timer(electionTimeoutMs(), () => {
      this.#cancel = undefined;
      this.#leaderless = hasLeader() ? 0 : this.#leaderless + 1;
      if (this.#leaderless >= LEADERLESS_LOOKS) this.#tell();
      if (this.#wanting.size > 0) this.#look();
      else this.#leaderless = 0;
    });
  }

  #tell(): void {
    const wanting = [...this.#wanting];
    this.#wanting.clear();
    for (const lost of wanting) lost(new NoLeaderError("no leader is known"));
  }
}
