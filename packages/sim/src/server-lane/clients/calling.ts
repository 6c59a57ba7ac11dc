import { HoldfastError, type Millis } from "@holdfast/base";
import type { HistoryRecorder } from "@holdfast/checker";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerWorkload } from "../plan/server-workload.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { WriteLedger } from "./write-ledger.ts";

/** Histories beyond this are hard to judge. */
const CONTESTED_CALLS_MAX = 1_500;
/** Most calls are this much more patient than the least patient. */
const PATIENCE = 10;

/** What all that call share. */
export interface CallingParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: ServerWorkload;
  readonly marks: Marks<ServerSituation>;
  /** Of all calls of keys that others use too. */
  readonly history: HistoryRecorder;
  /** Of all writes of keys that nobody else writes. */
  readonly ledger: WriteLedger;
  /** Tells what happens. */
  note(kind: string, client: number, subject?: unknown): void;
  failed(failure: unknown): void;
}

/** One line of calls, each after the answer to the one before. */
export interface CallingLine {
  /** Its name is another one after each call whose outcome is unknown. */
  nameOf(lives: number): string;
  call(name: string): Promise<void>;
  /** A call that came to nothing is told of; the line goes on. */
  failed(name: string, failure: HoldfastError): void;
}

/** Lines of calls that think and call, again and again, until they are told to stop. */
export class Calling {
  readonly #parts: CallingParts;
  #isOver = false;
  #underWay = 0;
  #values = 0;

  constructor(parts: CallingParts) {
    this.#parts = parts;
  }

  /** Calls that are not answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Nothing more is asked; what is under way ends by its patience. */
  stop(): void {
    this.#isOver = true;
  }

  begin(line: CallingLine): void {
    this.#go(line).catch(this.#parts.failed);
  }

  /** Does something every now and then until the end. */
  every(meanMs: Millis, act: () => Promise<void>): void {
    this.#repeat(meanMs, act).catch(this.#parts.failed);
  }

  /** How long a call waits for its answer; a share of them has little patience. */
  patience(hastyShare: number): Millis {
    const { dice, plan } = this.#parts;
    return plan.timeoutMs * (dice.chance(hastyShare) ? 1 : PATIENCE);
  }

  /** Whether the next call is of a key of its own. */
  goesAlone(share: number): boolean {
    const { dice, history } = this.#parts;
    return history.answered >= CONTESTED_CALLS_MAX || dice.chance(share);
  }

  /** One that is written only once. */
  value(): string {
    const { dice, plan } = this.#parts;
    this.#values++;
    return `${this.#values} ${"v".repeat(dice.below(plan.valueBytesMax))}`;
  }

  async #go(line: CallingLine): Promise<void> {
    let lives = 1;
    await this.#repeat(this.#parts.plan.thinkMs, async () => {
      const name = line.nameOf(lives);
      this.#underWay++;
      try {
        await line.call(name);
      } catch (failure) {
        if (!(failure instanceof HoldfastError)) throw failure;
        line.failed(name, failure);
        this.#noteFailure(failure);
        if (failure.outcome === "unknown") lives++;
      } finally {
        this.#underWay--;
      }
    });
  }

  async #repeat(meanMs: Millis, act: () => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      await this.#pause(meanMs);
      if (!this.#isOver) await act();
    }
  }

  #noteFailure({ outcome, code }: HoldfastError): void {
    const { marks } = this.#parts;
    if (outcome === "not-applied") marks.hit("call refused");
    if (outcome === "unknown") marks.hit("call with unknown outcome");
    if (code === "SESSION_EXPIRED") marks.hit("session expired");
  }

  #pause(meanMs: Millis): Promise<void> {
    const { timeline, dice } = this.#parts;
    return new Promise((resume) => {
      timeline.after(dice.exponential(meanMs), resume);
    });
  }
}
