import { assert, type ByteString, type Row, type RowScan } from "@holdfast/base";
import type { Engine, EngineCursor, EngineSnapshot } from "../engine.ts";
import { ViewExpiredError } from "../storage-errors.ts";

/**
 * A snapshot of an engine that may be closed and opened anew. One that was asked for
 * while the engine is away begins when it is back; one that was taken before is gone
 * then, and says so to whoever reads it.
 */
export class SurvivingSnapshot implements EngineSnapshot {
  readonly #back: Promise<void> | undefined;
  readonly #closed: () => void;
  #inner: EngineSnapshot | undefined;
  #isGone = false;
  #isClosed = false;

  /** `back` resolves after {@link take} was called; `undefined`: it is called at once. */
  constructor(back: Promise<void> | undefined, closed: () => void) {
    this.#back = back;
    this.#closed = closed;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  take(engine: Engine): void {
    if (!this.#isGone) this.#inner ??= engine.snapshot();
  }

  /** The engine is about to be closed. */
  lose(): void {
    if (this.#inner !== undefined) this.#isGone = true;
  }

  getSync(key: ByteString): Uint8Array | undefined {
    return this.#taken().getSync(key);
  }

  getMany(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#read((inner) => inner.getMany(keys));
  }

  scan(scan: RowScan): Promise<readonly Row[]> {
    return this.#read((inner) => inner.scan(scan));
  }

  cursor(stepBytes: number): EngineCursor {
    let cursor: EngineCursor | undefined;
    return {
      next: () =>
        this.#read((inner) => {
          cursor ??= inner.cursor(stepBytes);
          return cursor.next();
        }),
      close: async () => {
        if (!this.#isGone) await cursor?.close();
      },
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed();
    // The engine ended it with itself.
    if (!this.#isGone) await this.#inner?.close();
  }

  async #read<Result>(read: (inner: EngineSnapshot) => Promise<Result>): Promise<Result> {
    await this.#back;
    try {
      return await read(this.#taken());
    } catch (failure) {
      // Closing the engine under a read breaks it in many ways, for this one reason.
      throw this.#isGone ? gone() : failure;
    }
  }

  #taken(): EngineSnapshot {
    if (this.#isGone) throw gone();
    assert(this.#inner !== undefined, "a snapshot is read once it was taken");
    return this.#inner;
  }
}

function gone(): ViewExpiredError {
  return new ViewExpiredError("the state was opened anew after the disk was full");
}
