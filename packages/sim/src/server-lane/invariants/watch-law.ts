import type { Revision } from "@holdfast/base";
import { require } from "../../violation.ts";

/** A change as a watch told it, in short. */
export interface SeenChange {
  readonly kind: "put" | "delete";
  readonly key: string;
  readonly revision: Revision;
  readonly value: string | undefined;
}

/**
 * What watches of all keys may rely on: each revision is told whole, once, right behind the one before it
 * (I23), and all are told the same of it, whichever node tells it, whenever (I24).
 */
export class WatchLaw {
  /** What each revision did, as whoever was told of it first was told. */
  readonly #told = new Map<Revision, string>();

  /** What one watch is told, behind a revision or, without one, from somewhere on. */
  follow(name: string, behind?: Revision): FollowedWatch {
    return new FollowedWatch(name, this.#told, behind);
  }
}

/** What one watch was told since it began, or began anew. */
export class FollowedWatch {
  readonly #name: string;
  readonly #told: Map<Revision, string>;
  #revision: Revision | undefined;
  #changes: string[] = [];

  constructor(name: string, told: Map<Revision, string>, behind: Revision | undefined) {
    this.#name = name;
    this.#told = told;
    this.#revision = behind;
  }

  /** The newest revision that was told, or behind which it began. */
  get revision(): Revision {
    return this.#revision ?? 0;
  }

  /** A node has taken it, and said behind which revision it begins. */
  began(behind: Revision): void {
    this.#revision ??= behind;
  }

  told(change: SeenChange): void {
    const { revision } = change;
    const before = this.#revision;
    require(before === undefined || revision === before || revision === before + 1, "I23", () => {
      return `${this.#name} was told of revision ${revision} behind revision ${before}`;
    });
    if (revision !== before) this.#end();
    this.#revision = revision;
    this.#changes.push(`${change.kind} ${change.key} ${change.value}`);
  }

  /** Nothing more of its newest revision comes. */
  #end(): void {
    const revision = this.#revision;
    if (revision === undefined || this.#changes.length === 0) return;
    const own = this.#changes.join("\n");
    this.#changes = [];
    const first = this.#told.get(revision);
    if (first === undefined) this.#told.set(revision, own);
    require(first === undefined || first === own, "I24", () => {
      return `${this.#name} was told that revision ${revision} did "${own}", another that it did "${first}"`;
    });
  }
}

/** What one stream of a node answers: a revision is in one answer, so that who begins anew behind an answer misses nothing (I23). */
export class AnsweredWatch {
  #answered: Revision = 0;

  answered(changes: readonly { readonly kv: { readonly modRevision: Revision } }[]): void {
    const [first, last] = [changes[0]?.kv.modRevision, changes.at(-1)?.kv.modRevision];
    if (first === undefined || last === undefined) return;
    require(first > this.#answered, "I23", () =>
      `an answer goes on with revision ${first}, of which an answer before told a part`);
    this.#answered = last;
  }
}
