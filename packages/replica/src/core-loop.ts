import type { Cancel, Clock, Turn } from "@holdfast/base";
import type { Effects, Input, Raft } from "@holdfast/raft";

export interface CoreLoopParts {
  readonly raft: Raft;
  readonly clock: Clock;
  readonly turn: Turn;
  /** Pays what the core is owed; called at most once a turn. */
  settle(effects: Effects): void;
  /** The core broke an invariant, or settling threw; it is not called again. */
  fail(failure: unknown): void;
}

/**
 * Feeds the core: all inputs of one turn of the event loop, then its effects once
 * (decision 3). One timer, set to the core's own deadline.
 */
export class CoreLoop {
  readonly #parts: CoreLoopParts;
  #inbox: Input[] = [];
  #scheduled = false;
  #stopped = false;
  #cancelTimer: Cancel = () => undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(parts: CoreLoopParts) {
    this.#parts = parts;
  }

  start(): void {
    this.enqueue({ kind: "tick" });
  }

  enqueue(input: Input): void {
    if (this.#stopped) return;
    this.#inbox.push(input);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.turn.soon(() => this.#run());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#inbox = [];
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const { raft, clock, settle, fail } = this.#parts;
    const inputs = this.#inbox;
    this.#inbox = [];
    try {
      const now = clock.now();
      for (const input of inputs) raft.step(now, input);
      if (now >= raft.nextDeadline()) raft.step(now, { kind: "tick" });
      const effects = raft.takeEffects();
      if (effects !== undefined) settle(effects);
      this.#setTimer();
    } catch (failure) {
      this.stop();
      fail(failure);
    }
  }

  /** A timer that fires too early is cheaper than one set anew with every message. */
  #setTimer(): void {
    const { raft, clock } = this.#parts;
    const at = raft.nextDeadline();
    if (this.#timerAt <= at) return;
    this.#cancelTimer();
    this.#timerAt = at;
    this.#cancelTimer = clock.timer(Math.max(0, at - clock.now()), () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.enqueue({ kind: "tick" });
    });
  }
}
