import type { Cancel, Clock, Millis } from "@holdfast/base";
import type { Engine, GivenBack } from "@holdfast/storage";

/** Between two measurements at most, and at least, ms. */
const EVERY_MS: Millis = 5_000;
const EVERY_MS_LEAST: Millis = 250;
/** Nothing is written faster, bytes a ms: so it is measured before a quota can be met. */
const GROWTH_PER_MS = 64 * 1024;

/** What a state takes on disk, roughly, measured now and then: the more often the less is left of a quota. */
export class StateSize {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #quotaBytes: number;
  #bytes = 0;
  #stopped = false;
  #cancel: Cancel = () => undefined;

  /** `quotaBytes` below 0: there is none. */
  constructor(engine: Engine, clock: Clock, quotaBytes: number) {
    this.#engine = engine;
    this.#clock = clock;
    this.#quotaBytes = quotaBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves after the first measurement. */
  async start(): Promise<void> {
    await this.#measure();
    if (this.#stopped) return;
    this.#cancel = this.#clock.timer(this.#everyMs(), () => void this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Has what was deleted leave the disk; resolves when it did, and was measured. */
  async giveBack(): Promise<GivenBack> {
    const given = await this.#engine.giveBack?.();
    await this.#measure();
    return given ?? { heldUntil: undefined };
  }

  #everyMs(): Millis {
    if (this.#quotaBytes < 0) return EVERY_MS;
    const left = (this.#quotaBytes - this.#bytes) / GROWTH_PER_MS;
    return Math.min(EVERY_MS, Math.max(EVERY_MS_LEAST, left));
  }

  /** One that fails, as on an engine that is being closed, says nothing of the next. */
  async #measure(): Promise<void> {
    const bytes = await this.#engine.approximateBytes().catch(() => undefined);
    if (bytes !== undefined) this.#bytes = bytes;
  }
}
