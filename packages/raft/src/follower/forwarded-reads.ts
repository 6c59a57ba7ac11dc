import type { Millis, Random } from "@holdfast/base";
import type { Token } from "../types/input.ts";

interface Question {
  readonly id: number;
  readonly askedAt: Millis;
  readonly tokens: readonly Token[];
}

/**
 * A follower's reads: all of one turn share a question to the leader. Ids are
 * never used twice, so a late answer confirms nothing newer (checklist F04).
 */
export class ForwardedReads {
  #waiting: Token[] = [];
  #asked: Question[] = [];
  #lastId: number;

  /** Ids begin at random: the leader may still hold a question of this member's earlier life. */
  constructor(random: Random) {
    this.#lastId = (random.uint32() >>> 12) * 0x1_0000_0000 + random.uint32();
  }

  get count(): number {
    return this.#waiting.length + this.#asked.reduce((sum, { tokens }) => sum + tokens.length, 0);
  }

  /** When the oldest open question was asked. */
  get oldestAskedAt(): Millis | undefined {
    return this.#asked[0]?.askedAt;
  }

  add(token: Token): void {
    this.#waiting.push(token);
  }

  /** The id of a new question for all that waits; `undefined` if nothing does. */
  ask(now: Millis): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    this.#lastId++;
    this.#asked.push({ id: this.#lastId, askedAt: now, tokens: this.#waiting });
    this.#waiting = [];
    return this.#lastId;
  }

  /** The reads that an answer is for. */
  answered(id: number): readonly Token[] {
    const question = this.#asked.find((asked) => asked.id === id);
    if (question === undefined) return [];
    this.#asked = this.#asked.filter((asked) => asked !== question);
    return question.tokens;
  }

  takeAll(): readonly Token[] {
    const all = [...this.#asked.flatMap(({ tokens }) => tokens), ...this.#waiting];
    this.#asked = [];
    this.#waiting = [];
    return all;
  }
}
