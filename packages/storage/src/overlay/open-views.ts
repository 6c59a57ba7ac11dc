import type { Cancel, Clock, Logger } from "@holdfast/base";
import type { Engine } from "../engine.ts";
import { OpenSequences } from "../open-sequences.ts";
import { TooManyViewsError } from "../storage-errors.ts";
import { EngineSnapshots, type SharedSnapshot } from "./engine-snapshots.ts";
import type { Generation, Layers } from "./generation.ts";
import type { StateLimits } from "./state-limits.ts";
import { StoreView, type View } from "./view.ts";

export interface OpenViewsOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: StateLimits;
  /** Called after a View has ended. */
  readonly released: () => void;
}

/**
 * The Views that are open, and what is kept for them: engine snapshots, and
 * generations that are durable already. Bounded in number and in time.
 */
export class OpenViews {
  readonly readers: OpenSequences = new OpenSequences();
  readonly #options: OpenViewsOptions;
  readonly #snapshots: EngineSnapshots;
  /** In the order of opening. */
  readonly #views = new Map<StoreView, SharedSnapshot>();
  readonly #kept = new Set<Generation>();
  #timer: Cancel | undefined;

  constructor(options: OpenViewsOptions) {
    this.#options = options;
    this.#snapshots = new EngineSnapshots(options.engine, options.logger);
  }

  get size(): number {
    return this.#views.size;
  }

  /** Memory of generations that only Views still need. */
  keptBytes(): number {
    let bytes = 0;
    for (const { rows } of this.#kept) bytes += rows.bytes;
    return bytes;
  }

  /** @throws {TooManyViewsError} if `viewsMax` are open. */
  open(generations: readonly Generation[], sequence: number): View {
    const { viewsMax, viewMillisMax } = this.#options.limits;
    if (this.#views.size >= viewsMax) throw new TooManyViewsError(viewsMax);
    const shared = this.#snapshots.acquire();
    const view = new StoreView({
      layers: { generations, engine: shared.snapshot, sequence },
      openedAt: this.#options.clock.now(),
      release: (closed) => this.#released(closed),
    });
    for (const generation of generations) generation.pins++;
    this.readers.open(sequence);
    this.#views.set(view, shared);
    if (this.#timer === undefined) this.#armExpiry(viewMillisMax);
    return view;
  }

  /** Lends a snapshot for one read that is not a View; if it goes meanwhile, another for the same read. */
  async read<Result>(
    layers: Omit<Layers, "engine">,
    read: (layers: Layers) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      const shared = this.#snapshots.acquire();
      try {
        return await read({ ...layers, engine: shared.snapshot });
      } catch (failure) {
        if (shared.snapshot.isGone !== true) throw failure;
      } finally {
        this.#snapshots.release(shared);
      }
    }
  }

  /** A generation is in the engine now: Views taken from here on find it there. */
  becameDurable(generation: Generation): void {
    this.#snapshots.renew();
    if (generation.pins > 0) this.#kept.add(generation);
  }

  /** Ends the oldest Views while `isNeeded` and memory can be won by it. */
  giveWay(isNeeded: () => boolean): void {
    for (const view of [...this.#views.keys()]) {
      if (this.#kept.size === 0 || !isNeeded()) return;
      view.expire("its memory was needed for writes");
    }
  }

  closeAll(): void {
    this.#timer?.();
    this.#timer = undefined;
    for (const view of [...this.#views.keys()]) view.expire("the store was closed");
  }

  #released(view: StoreView): void {
    const shared = this.#views.get(view);
    if (shared === undefined) return;
    this.#views.delete(view);
    this.readers.close(view.layers.sequence);
    for (const generation of view.layers.generations) {
      generation.pins--;
      if (generation.pins === 0) this.#kept.delete(generation);
    }
    this.#snapshots.release(shared);
    this.#options.released();
  }

  #armExpiry(delayMs: number): void {
    this.#timer = this.#options.clock.timer(delayMs, () => this.#expire());
  }

  #expire(): void {
    this.#timer = undefined;
    const { viewMillisMax } = this.#options.limits;
    const now = this.#options.clock.now();
    for (const view of [...this.#views.keys()]) {
      const left = view.openedAt + viewMillisMax - now;
      if (left > 0) {
        this.#armExpiry(left);
        return;
      }
      view.expire(`it was held longer than ${viewMillisMax} ms`);
    }
  }
}
