import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** How late the event loop was, seconds. */
export interface DelayWindow {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const RESOLUTION_MS = 10;
const NANOS = 1e9;

/** Measures how late timers fire, since the start or the last {@link reset}. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** Begins a new window. */
  reset(): void {
    this.#histogram.reset();
  }

  /** The histogram counts whole intervals, of which the resolution is no delay. */
  read(): DelayWindow {
    return {
      p50: delaySeconds(this.#histogram.percentile(50)),
      p99: delaySeconds(this.#histogram.percentile(99)),
      max: delaySeconds(this.#histogram.max),
    };
  }
}

function delaySeconds(nanos: number): number {
  return Math.max(0, nanos / NANOS - RESOLUTION_MS / 1000);
}
