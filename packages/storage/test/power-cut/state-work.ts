import { type ByteString, below, type Random } from "@holdfast/base";
import type { StateStore } from "../../src/overlay/state-store.ts";
import type { View } from "../../src/overlay/view.ts";
import type { WriteAheadLog } from "../../src/wal/write-ahead-log.ts";
import type { ManualClock } from "../manual-time.ts";
import { PromiseBrokenError } from "./promise-broken-error.ts";
import {
  ALL_ROWS,
  APPLIED_KEY,
  bytesOf,
  changesOf,
  type Rows,
  rowsOf,
  shownRows,
  textOf,
} from "./rows-model.ts";

/** What is open between a start and a crash. */
export interface Running {
  readonly log: WriteAheadLog;
  readonly store: StateStore;
  readonly clock: ManualClock;
  /** How far the state was applied when it was opened, and what it held. */
  readonly applied: number;
  readonly rows: Rows;
}

/** Applies entries and reads rows, in one life of the process. */
export class StateWork {
  readonly #random: Random;
  readonly #rows: Map<ByteString, string>;
  readonly #views: { readonly view: View; readonly shown: string }[] = [];
  applied: number;

  constructor({ applied, rows }: Running, random: Random) {
    this.applied = applied;
    this.#rows = new Map(rows);
    this.#random = random;
  }

  /** Entries come from the log, as they do after a start. */
  async apply({ log, store }: Running, upTo: number): Promise<void> {
    while (this.applied < upTo) {
      for (const entry of await log.read(1, this.applied + 1, upTo, 1_000)) {
        for (const { key, value } of changesOf(entry)) {
          if (value === undefined) {
            store.delete(key);
            this.#rows.delete(key);
          } else {
            store.put(key, bytesOf(value));
            this.#rows.set(key, value);
          }
        }
        store.commitPoint(entry.index);
        this.applied = entry.index;
      }
    }
  }

  /**
   * Reads show what is applied; a View what was, when it was taken.
   *
   * @throws {PromiseBrokenError}
   */
  async look({ store }: Running): Promise<void> {
    for (const key of [APPLIED_KEY, `k${below(this.#random, 16)}`]) {
      const [found, expected] = [textOf(store.get(key)), this.#rows.get(key)];
      if (found !== expected) {
        throw new PromiseBrokenError(`${key} is ${found} and should be ${expected}`);
      }
    }
    const choice = below(this.#random, 8);
    if (choice < 2) this.#views.push({ view: store.view(), shown: shownRows(this.#rows) });
    else if (choice < 4) this.#views.splice(below(this.#random, 3), 1)[0]?.view.close();
    else if (choice < 6) await this.#lookAtView();
  }

  async #lookAtView(): Promise<void> {
    const held = this.#views[below(this.#random, Math.max(1, this.#views.length))];
    if (held === undefined) return;
    const found = shownRows(rowsOf(await held.view.scan(ALL_ROWS)));
    if (found !== held.shown) {
      throw new PromiseBrokenError(`a View shows\n  ${found}\nand should show\n  ${held.shown}`);
    }
  }
}
