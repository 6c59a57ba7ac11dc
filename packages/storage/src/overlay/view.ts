import { assert, type ByteString, type Millis, type Row, type RowScan } from "@holdfast/base";
import { ViewExpiredError } from "../storage-errors.ts";
import { findInMemory, type Layers, readRows } from "./generation.ts";
import { layeredScan } from "./layered-scan.ts";

/**
 * The published state of one moment. Nothing that is published later shows in it,
 * and flushing does not disturb it (decision 11).
 *
 * Whoever takes one closes it, soon: it keeps memory and disk space. One that is
 * held too long expires, and then every read of it throws {@link ViewExpiredError}.
 */
export interface View {
  /** Reads in this turn. */
  get(key: ByteString): Uint8Array | undefined;
  rows(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]>;
  scan(scan: RowScan): Promise<readonly Row[]>;
  /** Idempotent. */
  close(): void;
}

export interface StoreViewOptions {
  readonly layers: Layers;
  readonly openedAt: Millis;
  /** Called once, when the View is closed or expires. */
  readonly release: (view: StoreView) => void;
}

/** A {@link View} as its store sees it. */
export class StoreView implements View {
  readonly layers: Layers;
  readonly openedAt: Millis;
  readonly #release: (view: StoreView) => void;
  #open = true;
  #expired: string | undefined;

  constructor(options: StoreViewOptions) {
    this.layers = options.layers;
    this.openedAt = options.openedAt;
    this.#release = options.release;
  }

  get(key: ByteString): Uint8Array | undefined {
    this.#check();
    const { generations, engine, sequence } = this.layers;
    const version = findInMemory(generations, key, sequence);
    return version === undefined ? engine.getSync(key) : version.value;
  }

  async rows(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#check();
    return this.#unlessExpired(readRows(this.layers, keys));
  }

  async scan(scan: RowScan): Promise<readonly Row[]> {
    this.#check();
    return this.#unlessExpired(layeredScan(this.layers, scan, () => this.#check()));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#release(this);
  }

  /** Ends it for its holder, who learns why. */
  expire(why: string): void {
    if (!this.#open) return;
    this.#expired = why;
    this.close();
  }

  /** A read that was under way when the View expired fails for that reason, not for what it met. */
  async #unlessExpired<Result>(read: Promise<Result>): Promise<Result> {
    try {
      return await read;
    } catch (failure) {
      if (this.#expired !== undefined) throw new ViewExpiredError(this.#expired);
      throw failure;
    }
  }

  #check(): void {
    if (this.#expired !== undefined) throw new ViewExpiredError(this.#expired);
    assert(this.#open, "a view is not read after it was closed");
  }
}
