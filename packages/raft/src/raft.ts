import { assert, type LogIndex, type Millis } from "@holdfast/base";
import { handle } from "./handle.ts";
import { checkDeeply, checkInvariants } from "./invariants.ts";
import { replicate } from "./leader/replicate.ts";
import { makeState, type RaftParts } from "./make-state.ts";
import type { RaftState } from "./raft-state.ts";
import { statusOf } from "./status-of.ts";
import { takeEffects } from "./take-effects.ts";
import { nextDeadline } from "./tick.ts";
import { traceEvent } from "./trace/trace-event.ts";
import type { Effects } from "./types/effects.ts";
import type { Entry } from "./types/entry.ts";
import type { Input } from "./types/input.ts";
import type { RaftStatus } from "./types/status.ts";

/**
 * The consensus core: a deterministic state machine without I/O, clock or
 * promise. Inputs go in one by one, what they cause comes out in batches.
 *
 * An input never throws for a peer's mistake. It throws when an invariant is
 * broken; the core is then poisoned and the driver must stop the replica.
 */
export class Raft {
  readonly #state: RaftState;
  #running = false;
  #poisoned = false;
  /** As long as nothing has happened since. */
  #status: RaftStatus | undefined;

  constructor(parts: RaftParts) {
    this.#state = makeState(parts);
    if (parts.trace !== undefined) traceEvent(this.#state, "InitState");
  }

  /** Something happened at `now`. Inbound messages go before a `tick` of the same moment. */
  step(now: Millis, input: Input): void {
    this.#guard(() => {
      this.#advanceClock(now);
      if (this.#state.trace === undefined) handle(this.#state, input);
      else this.#handleTraced(input);
      checkInvariants(this.#state);
    });
  }

  /** Everything that came up since the last call; `undefined` if nothing did. */
  takeEffects(): Effects | undefined {
    return this.#guard(() => {
      if (this.#state.role.kind === "leader") replicate(this.#state, this.#state.role);
      return takeEffects(this.#state);
    });
  }

  /** When to send the next `tick` at the latest. */
  nextDeadline(): Millis {
    return nextDeadline(this.#state);
  }

  /** Entries that are in memory; `undefined`: read them from the log on disk. */
  entriesInMemory(from: LogIndex, to: LogIndex, bytesMax: number): readonly Entry[] | undefined {
    return this.#state.log.slice(from, to, bytesMax);
  }

  status(): RaftStatus {
    this.#status ??= statusOf(this.#state);
    return this.#status;
  }

  /**
   * Computes anew what is kept by counting, and compares; for a simulator, as it takes
   * time in proportion to the log.
   *
   * @throws InvariantViolation if they differ.
   */
  checkDeeply(): void {
    this.#guard(() => checkDeeply(this.#state));
  }

  #guard<Result>(work: () => Result): Result {
    assert(!this.#poisoned, "a core with a broken invariant does nothing more");
    assert(!this.#running, "the core is not entered while it runs");
    this.#running = true;
    this.#status = undefined;
    try {
      return work();
    } catch (failure) {
      this.#poisoned = true;
      throw failure;
    } finally {
      this.#running = false;
    }
  }

  /**
   * The driver wakes the core at its deadline; much later than that means that the
   * process slept. It shall hear what came meanwhile before it campaigns.
   */
  #advanceClock(now: Millis): void {
    const state = this.#state;
    assert(now >= state.now, "time never falls");
    const { stallClampMs, heartbeatMs } = state.options;
    const late = now - state.timer.deadline;
    if (state.role.kind !== "leader" && late > stallClampMs) state.timer.shift(late + heartbeatMs);
    state.now = now;
  }

  #handleTraced(input: Input): void {
    const state = this.#state;
    const { commit, last } = state.log;
    handle(state, input);
    if (state.role.kind === "leader" && state.log.last.index > last.index) {
      traceEvent(state, "Replicate");
    }
    if (state.log.commit > commit) traceEvent(state, "Commit");
  }
}
