import {
  assert,
  type ByteString,
  type Clock,
  type Logger,
  type Millis,
  type Row,
  type RowScan,
} from "@holdfast/base";
import type { Engine, EngineSnapshot, GivenBack, RowChange } from "../engine.ts";
import { DiskFullError } from "../storage-errors.ts";
import { SurvivingSnapshot } from "./surviving-snapshot.ts";

const ALL_GIVEN_BACK: GivenBack = { heldUntil: undefined };

export interface EngineWithBallastParts {
  /** Opens the engine, again and again in the same place. */
  open(): Promise<Engine>;
  /** Where it lies, for a person. */
  readonly place: string;
  readonly ballast: { release(): Promise<boolean> };
  freeBytes(): Promise<number | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<BallastLimits>;
}

export interface BallastLimits {
  /**
   * With less free on the disk the engine is not closed to be opened anew, bytes: while it is
   * open it can be read.
   *
   * @default 24 MiB
   */
  readonly openBytes: number;
  /**
   * Between two attempts, ms.
   *
   * @default 1000
   */
  readonly retryMs: Millis;
  /**
   * Attempts for one batch at most; then it fails.
   *
   * @default 600
   */
  readonly attemptsMax: number;
}

export const BALLAST_LIMITS: BallastLimits = Object.freeze({
  openBytes: 24 * 1024 * 1024,
  retryMs: 1_000,
  attemptsMax: 600,
});

/**
 * An engine that gets over a full disk. LevelDB does not by itself: behind a batch that
 * found no room nothing is safe until it is opened anew, which needs room too. So
 * the ballast goes overboard, the engine is closed and opened, and the batch, which
 * its owner still holds, is written again (decision 14).
 *
 * States: open → (no room for a batch) waiting for room, still open to read → away (closed
 * and being opened; whoever reads waits) → open. Attempts are bounded.
 */
export class EngineWithBallast implements Engine {
  readonly #parts: EngineWithBallastParts;
  readonly #limits: BallastLimits;
  readonly #snapshots = new Set<SurvivingSnapshot>();
  #inner: Engine;
  #absence: Absence | undefined;
  /** The batch that found no room last; the engine takes no other until it was opened anew. */
  #lack: DiskFullError | undefined;
  #isStopping = false;
  #stopPause: () => void = () => undefined;

  private constructor(parts: EngineWithBallastParts, inner: Engine) {
    this.#parts = parts;
    this.#limits = { ...BALLAST_LIMITS, ...parts.limits };
    this.#inner = inner;
  }

  /** Opens the engine, at the cost of the ballast if it must be. */
  static async open(parts: EngineWithBallastParts): Promise<EngineWithBallast> {
    try {
      return new EngineWithBallast(parts, await parts.open());
    } catch (failure) {
      if (!(failure instanceof DiskFullError) || !(await parts.ballast.release())) throw failure;
      parts.logger.warn({ place: parts.place }, "the ballast was given up to open the state");
      return new EngineWithBallast(parts, await parts.open());
    }
  }

  get isAway(): boolean {
    return this.#absence !== undefined;
  }

  getSync(key: ByteString): Uint8Array | undefined {
    assert(this.#absence === undefined, "nothing is read in this turn while the engine is away");
    return this.#inner.getSync(key);
  }

  getMany(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#whenThere(() => this.#inner.getMany(keys));
  }

  scan(scan: RowScan): Promise<readonly Row[]> {
    return this.#whenThere(() => this.#inner.scan(scan));
  }

  giveBack(): Promise<GivenBack> {
    return this.#whenThere(async () => (await this.#inner.giveBack?.()) ?? ALL_GIVEN_BACK);
  }

  approximateBytes(): Promise<number> {
    return this.#whenThere(() => this.#inner.approximateBytes());
  }

  /** While it is away the snapshot is taken as soon as it is back: nothing is written in between. */
  snapshot(): EngineSnapshot {
    const snapshot: SurvivingSnapshot = new SurvivingSnapshot(this.#absence?.over, () =>
      this.#snapshots.delete(snapshot),
    );
    this.#snapshots.add(snapshot);
    if (this.#absence === undefined) snapshot.take(this.#inner);
    return snapshot;
  }

  /** @throws {DiskFullError} if there was no room for it in all attempts, or nobody waits any more. */
  async writeDurably(changes: Iterable<RowChange>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const lack = await this.#attempt(changes);
      if (lack === undefined) {
        if (attempt > 1) this.#parts.logger.info({ attempt }, "the state is written again");
        return;
      }
      if (attempt >= this.#limits.attemptsMax || this.#isStopping)
        throw await this.#gaveUp(attempt);
      const released = await this.#parts.ballast.release();
      if (attempt > 1) await this.#pause();
      else this.#tell(lack, released);
    }
  }

  stopWaiting(): void {
    this.#isStopping = true;
    this.#stopPause();
  }

  async close(): Promise<void> {
    this.stopWaiting();
    this.#absence?.fail(new Error("the state was closed"));
    await this.#inner.close();
  }

  /** What was in the way; `undefined`: the batch is durable. */
  async #attempt(changes: Iterable<RowChange>): Promise<DiskFullError | undefined> {
    try {
      if (this.#lack !== undefined) {
        if (!(await this.#hasRoomToOpen())) return this.#lack;
        await this.#openAnew();
      }
      await this.#inner.writeDurably(changes);
      return undefined;
    } catch (failure) {
      if (!(failure instanceof DiskFullError)) {
        this.#absence?.fail(failure);
        throw failure;
      }
      this.#lack = failure;
      return failure;
    }
  }

  /** While it is open it can be read, so it is not closed before it can be opened. */
  async #hasRoomToOpen(): Promise<boolean> {
    const free = await this.#parts.freeBytes();
    return free === undefined || free >= this.#limits.openBytes;
  }

  /** If opening fails, it stays away until the next attempt. */
  async #openAnew(): Promise<void> {
    this.#absence ??= new Absence();
    for (const snapshot of this.#snapshots) snapshot.lose();
    await this.#inner.close();
    this.#inner = await this.#parts.open();
    this.#lack = undefined;
    for (const snapshot of this.#snapshots) snapshot.take(this.#inner);
    this.#absence.end();
    this.#absence = undefined;
  }

  /** In this very turn if it can be: a read shows the moment in which it was asked for. */
  #whenThere<Result>(read: () => Promise<Result>): Promise<Result> {
    return this.#absence === undefined ? read() : this.#absence.over.then(read);
  }

  #tell(lack: DiskFullError, released: boolean): void {
    const { logger, place } = this.#parts;
    const ballast = released ? "given up" : "there was none";
    logger.warn({ place, why: lack.message, ballast }, "no room for the state: trying again");
  }

  #pause(): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resume) => {
      const cancel = this.#parts.clock.timer(this.#limits.retryMs, resume);
      this.#stopPause = () => {
        cancel();
        resume();
      };
    });
  }

  async #gaveUp(attempts: number): Promise<DiskFullError> {
    const { place, freeBytes } = this.#parts;
    const free = await freeBytes();
    const told = free === undefined ? "" : `${free} bytes free, `;
    const failure = new DiskFullError(`${place} (${told}${attempts} attempts)`, {
      cause: this.#lack,
      next: "then restart the node",
    });
    this.#absence?.fail(failure);
    return failure;
  }
}

/** The time from closing the engine to having it open again. */
class Absence {
  /** Resolves when it is back; rejects if it does not come back. */
  readonly over: Promise<void>;
  end: () => void = () => undefined;
  fail: (failure: unknown) => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    // Perhaps nobody waits.
    this.over.catch(() => undefined);
  }
}
