import type { LogIndex } from "@holdfast/base";
import type { EntryId } from "@holdfast/raft";
import type { Dice } from "../dice.ts";
import type { Register, StateImage } from "../model/register-state.ts";

/** One atomic batch of rows; the applied index and its hash are rows like others. */
export interface StateBatch {
  readonly registers: ReadonlyMap<number, Register>;
  readonly books: { readonly applied: EntryId; readonly rolling: number } | undefined;
}

interface Written extends StateBatch {
  readonly file: number;
  durable: boolean;
}

const BATCHES_IN_A_FILE = 4;
/** A file this far behind the newest has become a sorted table, which is synced. */
const FILES_BEHIND_MAX = 3;

/**
 * The engine under one state: atomic batches in log files that rotate. A synced batch
 * makes durable what its own file holds, and nothing of an older file
 * (google/leveldb#193); of each file a power cut keeps a prefix of its own.
 */
export class EngineDisk {
  #applied: EntryId;
  #rolling: number;
  readonly #registers: Map<number, Register>;
  #batches: Written[] = [];
  #file = 0;
  #inFile = 0;

  constructor(image: StateImage) {
    this.#applied = image.applied;
    this.#rolling = image.rolling;
    this.#registers = new Map(image.registers);
  }

  /** What no crash can take away. */
  get durableApplied(): LogIndex {
    return this.#applied.index;
  }

  /** Hands a batch over. It survives the process from now on, power only when {@link sync}ed. */
  write(batch: StateBatch): void {
    this.#batches.push({ ...batch, file: this.#file, durable: false });
    this.#inFile++;
    if (this.#inFile >= BATCHES_IN_A_FILE) {
      this.#file++;
      this.#inFile = 0;
    }
    for (const written of this.#batches) {
      if (this.#file - written.file > FILES_BEHIND_MAX) written.durable = true;
    }
    this.#fold();
  }

  /** The last batch was written with a sync. */
  sync(): void {
    const last = this.#batches.at(-1);
    if (last === undefined) return;
    for (const batch of this.#batches) if (batch.file === last.file) batch.durable = true;
    this.#fold();
  }

  powerEnded(dice: Dice): void {
    const endOf = new Map<number, boolean>();
    this.#batches = this.#batches.filter((batch) => {
      if (batch.durable) return true;
      const lost = endOf.get(batch.file) === true || dice.chance(0.4);
      endOf.set(batch.file, lost);
      return !lost;
    });
  }

  /** What a start finds; from then on it counts as the disk's own. */
  recover(): StateImage {
    for (const batch of this.#batches) batch.durable = true;
    this.#fold();
    return this.image();
  }

  /** The durable state, frozen. */
  image(): StateImage {
    return {
      applied: this.#applied,
      rolling: this.#rolling,
      registers: new Map(this.#registers),
    };
  }

  #fold(): void {
    while (this.#batches[0]?.durable === true) {
      const batch = this.#batches.shift();
      if (batch === undefined) return;
      for (const [key, register] of batch.registers) this.#registers.set(key, register);
      if (batch.books === undefined) continue;
      this.#applied = batch.books.applied;
      this.#rolling = batch.books.rolling;
    }
  }
}
