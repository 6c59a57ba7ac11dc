import { HoldfastError, type Millis } from "@holdfast/base";
import type { KeyValueHistory } from "./key-value-history.ts";
import type { KeyValueInput, KeyValueOutput } from "./models/key-value-operation.ts";

/** Operations that one history holds at most: some hundred megabytes, and seconds to judge. */
export const HISTORY_OPERATIONS_MAX = 500_000;

export interface HistoryRecorderOptions {
  /** The one clock of all clients, which never goes back: the history tells the order of what they did. */
  now(): Millis;
  /** @default 500000 */
  readonly operationsMax?: number | undefined;
}

/** Who asks for what. */
export interface Asked {
  /** A client has one operation at a time; after an unknown outcome it goes on under another name. */
  readonly client: string;
  readonly input: KeyValueInput;
}

type RecordedOperation = KeyValueHistory[number];

/**
 * Records what clients of a cluster asked of its keys and what they were answered, for the checker.
 *
 * Reads must be linearizable ones.
 */
export class HistoryRecorder {
  readonly #now: () => Millis;
  readonly #operationsMax: number;
  readonly #ended: RecordedOperation[] = [];
  readonly #underWay = new Set<Pick<RecordedOperation, "client" | "input" | "called">>();
  #answered = 0;
  #refused = 0;

  constructor({ now, operationsMax = HISTORY_OPERATIONS_MAX }: HistoryRecorderOptions) {
    this.#now = now;
    this.#operationsMax = operationsMax;
  }

  /** Operations that were answered. */
  get answered(): number {
    return this.#answered;
  }

  /** Operations that did not happen, as their clients were told. They are no part of the history. */
  get refused(): number {
    return this.#refused;
  }

  /** Everything so far; what is under way has an unknown outcome. */
  get history(): KeyValueHistory {
    return [...this.#ended, ...this.#underWay];
  }

  /**
   * Calls, and records the call with what `seen` makes of its answer.
   *
   * @throws what the call throws; Error if the history is full, before the call.
   */
  async record<Answer>(
    asked: Asked,
    call: () => Promise<Answer>,
    seen: (answer: Answer) => KeyValueOutput,
  ): Promise<Answer> {
    const operation = this.begin(asked);
    try {
      const answer = await call();
      operation.answered(seen(answer));
      return answer;
    } catch (failure) {
      operation.failed(failure);
      throw failure;
    }
  }

  /**
   * Records that a call begins now; its end is told to what is returned, once.
   *
   * @throws Error if the history is full.
   */
  begin({ client, input }: Asked): OperationUnderWay {
    if (this.#ended.length + this.#underWay.size >= this.#operationsMax) {
      throw new Error(
        `the history is full: it holds ${this.#operationsMax} operations; ask for fewer, or raise operationsMax`,
      );
    }
    const operation = { client, input, called: this.#now() };
    this.#underWay.add(operation);
    const end = (outcome: Pick<RecordedOperation, "returned" | "output"> | undefined): void => {
      if (!this.#underWay.delete(operation)) return;
      if (outcome === undefined) this.#refused += 1;
      else this.#ended.push({ ...operation, ...outcome });
    };
    return {
      answered: (output) => {
        this.#answered += 1;
        end({ returned: this.#now(), output });
      },
      failed: (failure) => end(this.#endOf(input, failure)),
    };
  }

  /** `undefined`: it did not happen, or had no effect. */
  #endOf(input: KeyValueInput, failure: unknown): Pick<RecordedOperation, "returned"> | undefined {
    const outcome = failure instanceof HoldfastError ? failure.outcome : "unknown";
    if (input.kind === "get" || outcome === "not-applied") return undefined;
    return outcome === "applied" ? { returned: this.#now() } : {};
  }
}

/** How an operation that began ends. */
export interface OperationUnderWay {
  answered(output: KeyValueOutput): void;
  /** By the failure's `outcome` it did not happen, it did though nobody saw the answer, or nobody knows. */
  failed(failure: unknown): void;
}
