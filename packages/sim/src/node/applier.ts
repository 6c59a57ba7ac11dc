import { assert, type LogIndex, type Millis } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import type { DriverDefect } from "../defects.ts";
import type { EngineDisk, StateBatch } from "../disk/engine-disk.ts";
import type { Answer, Register, RegisterState } from "../model/register-state.ts";

export interface ApplierParts {
  readonly state: RegisterState;
  readonly engine: EngineDisk;
  readonly defects: ReadonlySet<DriverDefect>;
  readonly slice: number;
  readonly flushMs: Millis;
  /** Runs later in this life, and after a pause of the process. */
  later(delay: Millis, run: () => void): void;
  /** When a write to the disk that begins now will be durable, from now. */
  writeTakes(): Millis;
  read(from: LogIndex, to: LogIndex): readonly Entry[] | undefined;
  applied(entry: Entry, answer: Answer | undefined, state: RegisterState): void;
  /** The state up to `index` is durable. */
  durable(index: LogIndex): void;
  /** Whether the process was struck down here. */
  struckDown(at: "applying" | "state written"): boolean;
}

const SLICE_TAKES_MS = 0.2;

/** Applies committed entries in order and writes the state behind, one batch at a time, as the replica does. */
export class Applier {
  readonly #parts: ApplierParts;
  #state: RegisterState;
  #engine: EngineDisk;
  #target: LogIndex;
  #running = false;
  #held = false;
  #dirty = new Map<number, Register>();
  #flushed: LogIndex;
  #flushPlanned = false;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#engine = parts.engine;
    this.#target = parts.state.applied.index;
    this.#flushed = parts.state.applied.index;
  }

  get state(): RegisterState {
    return this.#state;
  }

  get applied(): LogIndex {
    return this.#state.applied.index;
  }

  get engine(): EngineDisk {
    return this.#engine;
  }

  applyTo(index: LogIndex): void {
    this.#target = Math.max(this.#target, index);
    this.#wake();
  }

  /** Another state takes the place of this one: nothing more is applied to it. */
  hold(): void {
    this.#held = true;
  }

  replace(state: RegisterState, engine: EngineDisk): void {
    this.#state = state;
    this.#engine = engine;
    this.#flushed = state.applied.index;
    this.#dirty = new Map();
    this.#held = false;
    this.#wake();
  }

  #wake(): void {
    if (this.#running || this.#held || this.applied >= this.#target) return;
    this.#running = true;
    this.#parts.later(SLICE_TAKES_MS, () => this.#applySlice());
  }

  #applySlice(): void {
    this.#running = false;
    if (this.#held || this.applied >= this.#target) return;
    const { read, slice, struckDown } = this.#parts;
    const entries = read(this.applied + 1, this.#target);
    assert(entries !== undefined && entries.length > 0, "what is committed here can be read");
    for (const entry of entries.slice(0, slice)) {
      this.#apply(entry);
      if (struckDown("applying")) return;
    }
    this.#planFlush();
    this.#wake();
  }

  #apply(entry: Entry): void {
    assert(entry.index === this.applied + 1, "entries are applied in order");
    const answer = this.#state.apply(entry, (key, register) => this.#dirty.set(key, register));
    this.#parts.applied(entry, answer, this.#state);
    if (this.#parts.defects.has("compacts-before-state-is-durable")) {
      this.#parts.durable(entry.index);
    }
  }

  #planFlush(): void {
    if (this.#flushPlanned || this.#flushed === this.applied) return;
    this.#flushPlanned = true;
    this.#parts.later(this.#parts.flushMs, () => this.#flush());
  }

  #flush(): void {
    const { later, writeTakes, defects } = this.#parts;
    const { applied, rolling } = this.#state;
    const engine = this.#engine;
    const registers = this.#dirty;
    this.#dirty = new Map();
    this.#flushed = applied.index;
    this.#write(engine, { registers, books: { applied, rolling } });
    const takes = writeTakes();
    if (defects.has("applied-saved-apart")) {
      later(takes / 2, () => engine.write({ registers, books: undefined }));
    }
    later(takes, () => {
      this.#flushPlanned = false;
      if (engine !== this.#engine) return this.#planFlush();
      if (!defects.has("state-unsynced")) engine.sync();
      if (this.#parts.struckDown("state written")) return;
      this.#parts.durable(applied.index);
      this.#planFlush();
    });
  }

  #write(engine: EngineDisk, batch: StateBatch): void {
    const apart = this.#parts.defects.has("applied-saved-apart");
    engine.write(apart ? { registers: new Map(), books: batch.books } : batch);
  }
}
