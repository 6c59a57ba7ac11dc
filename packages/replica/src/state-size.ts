import type { Cancel, Clock, Millis } from "@holdfast/base";
import type { Engine } from "@holdfast/storage";

const EVERY_MS: Millis = 5_000;

/** What a state takes on disk, roughly, measured now and then. */
export class StateSize {
  readonly #engine: Engine;
  readonly #clock: Clock;
  #bytes = 0;
  #stopped = false;
  #cancel: Cancel = () => undefined;

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves after the first measurement. */
  async start(): Promise<void> {
    await this.#measure();
    if (this.#stopped) return;
    this.#cancel = this.#clock.timer(EVERY_MS, () => void this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** One that fails, as on an engine that is being closed, says nothing of the next. */
  async #measure(): Promise<void> {
    const bytes = await this.#engine.approximateBytes().catch(() => undefined);
    if (bytes !== undefined) this.#bytes = bytes;
  }
}
