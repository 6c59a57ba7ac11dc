import { below, type Cancel, type Clock, type Random } from "@holdfast/base";
import type { PeerLimits } from "../peer-limits.ts";

/** How many dials are made in quick succession before the pauses grow. */
const QUICK_DIALS = 20;
/** From so many dials on, the pause is about the longest. */
const SLOW_DIALS = QUICK_DIALS + 3;

/** What a redial timer stands on. */
export interface RedialTimerPorts {
  readonly limits: Pick<PeerLimits, "redialMs" | "redialMsMax">;
  readonly clock: Clock;
  readonly random: Random;
}

/** The pause before the next dial of one peer; at most one is pending. */
export class RedialTimer {
  readonly #ports: RedialTimerPorts;
  readonly #dial: () => void;
  #cancel: Cancel | undefined;
  /** Since the last {@link restart}. */
  #dials = 0;

  constructor(ports: RedialTimerPorts, dial: () => void) {
    this.#ports = ports;
    this.#dial = dial;
  }

  get isPending(): boolean {
    return this.#cancel !== undefined;
  }

  /** Dials after a pause that depends on how many dials were in vain so far. */
  start(): void {
    if (this.#cancel !== undefined) return;
    const pause = this.#nextPause();
    this.#dials += 1;
    this.#cancel = this.#ports.clock.timer(pause, () => {
      this.#cancel = undefined;
      this.#dial();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** The next pauses are the shortest again. */
  restart(): void {
    this.#dials = 0;
  }

  /** The next pauses are the longest: whoever refuses on purpose will not think better of it in a moment. */
  slowDown(): void {
    this.#dials = Math.max(this.#dials, SLOW_DIALS);
  }

  /** The peer takes connections, so earlier refusals say nothing any more; but no dial follows another at once. */
  quicken(): void {
    this.#dials = Math.min(this.#dials, 1);
  }

  #nextPause(): number {
    const { limits, random } = this.#ports;
    // A process that is being killed may take one more dial while it falls.
    if (this.#dials === 0) return Math.ceil(limits.redialMs / 10);
    const doublings = Math.min(Math.max(0, this.#dials - QUICK_DIALS), 10);
    const pause = Math.min(limits.redialMs * 2 ** doublings, limits.redialMsMax);
    return pause + below(random, Math.ceil(pause / 5));
  }
}
