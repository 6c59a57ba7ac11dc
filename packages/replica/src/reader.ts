import type { ByteString, Clock, Row, RowScan, Steps, Turn } from "@holdfast/base";
import type { StateStore, View } from "@holdfast/storage";
import { OverloadedError } from "./replica-errors.ts";
import type { ReplicaOptions } from "./replica-options.ts";
import { type RowSource, runSteps } from "./run-steps.ts";
import { Slices } from "./slices.ts";

export interface ReaderParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly options: Pick<ReplicaOptions, "sliceMs" | "pendingReadsMax" | "longReadsMax">;
}

/**
 * Runs reads, each over one consistent state. A read of a few single rows is done
 * within one turn; a longer one, or any while the engine is slow, takes a View in
 * the turn in which it began and goes on from there (decisions 11 and 12).
 */
export class Reader {
  readonly #parts: ReaderParts;
  readonly #slices: Slices;
  #longReads = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    const { clock, turn, options } = parts;
    this.#slices = new Slices({ clock, turn, sliceMs: options.sliceMs });
  }

  /**
   * `begin` is called in the turn whose state is read.
   *
   * @throws OverloadedError if too many reads wait or are under way
   */
  async read<Result>(begin: () => Steps<Result>): Promise<Result> {
    if (this.#slices.waiting > 0 || this.#slices.isOver) await this.#wait();
    const moment = new Moment(this.#parts.store, () => this.#takeView());
    const result = runSteps(begin(), moment, this.#slices);
    if (!(result instanceof Promise)) return result;
    try {
      return await result;
    } finally {
      if (moment.close()) this.#longReads--;
    }
  }

  #wait(): Promise<void> {
    const { pendingReadsMax } = this.#parts.options;
    if (this.#slices.waiting < pendingReadsMax) return this.#slices.next();
    throw new OverloadedError(`${pendingReadsMax} reads are waiting already`);
  }

  #takeView(): View {
    const { longReadsMax } = this.#parts.options;
    if (this.#longReads >= longReadsMax) {
      throw new OverloadedError(
        `${longReadsMax} reads that take more than a moment are under way already`,
      );
    }
    const view = this.#parts.store.view();
    this.#longReads++;
    return view;
  }
}

/** The state of one turn: read as it is while the turn lasts, through a View from then on. */
class Moment implements RowSource {
  readonly #store: StateStore;
  readonly #takeView: () => View;
  #view: View | undefined;

  constructor(store: StateStore, takeView: () => View) {
    this.#store = store;
    this.#takeView = takeView;
  }

  get readsAreSlow(): boolean {
    return this.#store.readsAreSlow;
  }

  leaveTurn(): void {
    this.#view = this.#takeView();
  }

  get(key: ByteString): Uint8Array | undefined {
    return this.#view === undefined ? this.#store.get(key) : this.#view.get(key);
  }

  rows(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#later().rows(keys);
  }

  scan(scan: RowScan): Promise<readonly Row[]> {
    return this.#later().scan(scan);
  }

  /** Whether there was a View to close. */
  close(): boolean {
    this.#view?.close();
    return this.#view !== undefined;
  }

  #later(): View {
    this.#view ??= this.#takeView();
    return this.#view;
  }
}
