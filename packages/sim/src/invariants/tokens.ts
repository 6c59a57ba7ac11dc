import type { LogIndex } from "@holdfast/base";
import type { Outcome, Token } from "@holdfast/raft";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";

interface Asked {
  readonly kind: "proposal" | "read" | "change";
  /** What was committed somewhere when it was asked. */
  readonly committed: LogIndex;
}

/** Each token has one outcome (I18), and a read index covers all that was committed before (I15). */
export class Tokens {
  readonly #open = new Map<Life, Map<Token, Asked>>();

  asked(life: Life, token: Token, asked: Asked): void {
    const mine = this.#open.get(life);
    if (mine === undefined) this.#open.set(life, new Map([[token, asked]]));
    else mine.set(token, asked);
  }

  /** What was asked under the token that this settles. */
  settles(life: Life, outcome: Outcome): Asked {
    const { slot } = life.machine;
    const asked = this.#open.get(life)?.get(outcome.token);
    require(asked !== undefined, "I18", () =>
      `node ${slot} settles token ${outcome.token} as ${outcome.kind}, which is not open`);
    this.#open.get(life)?.delete(outcome.token);
    if (outcome.kind === "read-ready") {
      require(outcome.index >= asked.committed, "I15", () =>
        `node ${slot} reads at ${outcome.index}, but ${asked.committed} was committed before it was asked`);
    }
    // One that lost its leadership in the same turn may have cut the entry off again.
    if (outcome.kind === "accepted" && life.status.role === "leader") {
      const { index, term } = outcome.id;
      require(term < life.status.term || life.log.termAt(index) === term, "I18", () =>
        `node ${slot} has accepted ${term}/${index}, which is not in its log`);
    }
    return asked;
  }

  ended(life: Life): void {
    this.#open.delete(life);
  }

  openAt(life: Life): number {
    return this.#open.get(life)?.size ?? 0;
  }
}
