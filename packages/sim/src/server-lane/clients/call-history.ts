import { HoldfastError, type Millis } from "@holdfast/base";
import type { KeyValueHistory, KeyValueInput, KeyValueOutput } from "@holdfast/checker";

type Recorded = KeyValueHistory[number];

/** What clients asked of keys and what they were answered, for the checker; times are the world's. */
export class CallHistory {
  readonly #now: () => Millis;
  readonly #ended: Recorded[] = [];
  readonly #underWay = new Set<Recorded>();
  #answered = 0;

  constructor(now: () => Millis) {
    this.#now = now;
  }

  get answered(): number {
    return this.#answered;
  }

  /** What is under way has an unknown outcome. */
  get operations(): KeyValueHistory {
    return [...this.#ended, ...this.#underWay];
  }

  /** Calls and records; answers whether the client may go on under its name. */
  async record<Answer>(
    client: string,
    input: KeyValueInput,
    call: () => Promise<Answer>,
    seen: (answer: Answer) => KeyValueOutput,
  ): Promise<Answer> {
    const operation: Recorded = { client, input, called: this.#now() };
    this.#underWay.add(operation);
    try {
      const answer = await call();
      this.#end(operation, { returned: this.#now(), output: seen(answer) });
      this.#answered++;
      return answer;
    } catch (failure) {
      this.#end(operation, this.#ending(input, failure));
      throw failure;
    }
  }

  #end(operation: Recorded, ending: Partial<Recorded> | undefined): void {
    this.#underWay.delete(operation);
    if (ending !== undefined) this.#ended.push({ ...operation, ...ending });
  }

  /** `undefined`: it did not happen, or had no effect. */
  #ending(input: KeyValueInput, failure: unknown): Partial<Recorded> | undefined {
    const outcome = failure instanceof HoldfastError ? failure.outcome : "unknown";
    if (input.kind === "get" || outcome === "not-applied") return undefined;
    return outcome === "applied" ? { returned: this.#now() } : {};
  }
}
