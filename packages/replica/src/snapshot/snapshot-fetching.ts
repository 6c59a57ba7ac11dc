import {
  type Cancel,
  type Clock,
  HoldfastError,
  type MemberId,
  type Millis,
  messageOf,
  type Turn,
} from "@holdfast/base";
import { compareEntryIds, type SnapshotFetch } from "@holdfast/raft";
import {
  type Engine,
  type SnapshotChunk,
  SnapshotCorruptError,
  StagedState,
  type StateDirectories,
} from "@holdfast/storage";
import type { SnapshotAnswer, SnapshotSource } from "../ports/peer-network.ts";
import { appliedIn } from "./applied-in.ts";

export interface SnapshotFetchingParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly directories: StateDirectories;
  openEngine(directory: string): Promise<Engine>;
  source(from: MemberId): SnapshotSource;
}

/** A state is not fetched to its end, for a reason that is nobody's fault here. */
export class FetchGivenUp extends HoldfastError {
  readonly code = "SNAPSHOT_GIVEN_UP";
  readonly outcome = "not-applied";
  readonly retryable = true;
}

/** How long one chunk may take before it is asked for again, ms. */
const CHUNK_WITHIN_MS = 5_000;
/** Without a single chunk for this long, the state is given up, ms. */
export const PATIENCE_MS = 60_000;
/** Before a chunk is asked for again, ms; doubled each time. */
const RETRY_MS = 50;
const RETRY_MS_MAX = 1_000;
/** A chunk that comes wrong is asked for again so often. */
const CORRUPT_MAX = 3;

/**
 * One attempt to fetch one state. The next chunk is asked for while one is written, so
 * two are in memory beside what waits for its batch. A broken connection costs
 * a repeated question; nothing that is here is sent again.
 */
export class SnapshotFetching {
  readonly wanted: SnapshotFetch;
  readonly #parts: SnapshotFetchingParts;
  #source: SnapshotSource | undefined;
  #staged: StagedState | undefined;
  #givenUp: string | undefined;
  /** Ends the pauses before what is asked again. */
  readonly #pauses = new Set<() => void>();

  constructor(wanted: SnapshotFetch, parts: SnapshotFetchingParts) {
    this.wanted = wanted;
    this.#parts = parts;
  }

  /** What was received so far. */
  get bytes(): number {
    return this.#staged?.bytes ?? 0;
  }

  isFor({ from, term, epoch, meta }: SnapshotFetch): boolean {
    const { wanted } = this;
    const sameOffer = wanted.from === from && wanted.term === term && wanted.epoch === epoch;
    return sameOffer && compareEntryIds(wanted.meta.last, meta.last) === 0;
  }

  /** Ends the attempt soon; it rejects with this reason. */
  giveUp(reason: string): void {
    this.#givenUp ??= reason;
    this.#source?.close();
    for (const end of [...this.#pauses]) end();
  }

  /**
   * Resolves when the state is whole, verified and durable in its directory, and closed.
   *
   * @throws FetchGivenUp, SnapshotCorruptError, or what the engine throws.
   */
  async run(directory: string): Promise<{ readonly rows: number }> {
    this.#checkWanted();
    const { openEngine, source, directories, turn } = this.#parts;
    const engine = await openEngine(directory);
    try {
      this.#source = source(this.wanted.from);
      const staged = new StagedState({ engine, turn });
      this.#staged = staged;
      await this.#receive(staged);
      this.#checkApplied(engine);
      this.#checkWanted();
    } finally {
      // A chunk may still be asked for, ahead of the one that failed: nobody waits for it any more.
      this.giveUp("the attempt has ended");
      await engine.close();
    }
    await directories.sync();
    return { rows: this.#staged.rows };
  }

  async #receive(staged: StagedState): Promise<void> {
    let corrupt = 0;
    let coming = this.#ask(staged.next);
    while (!staged.isWhole) {
      const chunk = await coming;
      const { sequence } = chunk;
      if (chunk.end === undefined) {
        coming = this.#ask(sequence + 1);
        // It is awaited in the next round, which may not come.
        coming.catch(() => undefined);
      }
      try {
        await staged.take(chunk);
        corrupt = 0;
      } catch (failure) {
        const mayRepeat = failure instanceof SnapshotCorruptError && staged.next === sequence;
        if (!mayRepeat || ++corrupt > CORRUPT_MAX) throw failure;
        coming = this.#ask(sequence);
      }
    }
  }

  /** Asks until there is an answer, or patience ends. */
  async #ask(sequence: number): Promise<SnapshotChunk> {
    const { self, clock } = this.#parts;
    const { from, term, epoch, meta } = this.wanted;
    const request = { from: self, to: from, term, epoch, last: meta.last, sequence };
    const until = clock.now() + PATIENCE_MS;
    for (let pauseMs = RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, RETRY_MS_MAX)) {
      this.#checkWanted();
      let answer: SnapshotAnswer | undefined;
      let silence = "";
      try {
        answer = await this.#source?.ask(request, CHUNK_WITHIN_MS);
      } catch (failure) {
        silence = messageOf(failure);
      }
      this.#checkWanted();
      if (answer?.kind === "chunk") return answer.chunk;
      if (answer?.kind === "gone") throw new FetchGivenUp(`its leader says: ${answer.reason}`);
      if (clock.now() >= until) throw new FetchGivenUp(`its leader is silent: ${silence}`);
      await this.#pause(pauseMs);
    }
  }

  #pause(forMs: Millis): Promise<void> {
    return new Promise((resume) => {
      const end = (): void => {
        cancel();
        this.#pauses.delete(end);
        resume();
      };
      const cancel: Cancel = this.#parts.clock.timer(forMs, end);
      this.#pauses.add(end);
    });
  }

  #checkWanted(): void {
    if (this.#givenUp !== undefined) throw new FetchGivenUp(this.#givenUp);
  }

  /** The state must be the one that was named, or log and state would not fit together. */
  #checkApplied(engine: Engine): void {
    const { last } = this.wanted.meta;
    const applied = appliedIn(engine);
    if (compareEntryIds(applied, last) === 0) return;
    throw new SnapshotCorruptError(
      `it is applied up to entry ${applied.index} of term ${applied.term}, named was ${last.index} of term ${last.term}`,
    );
  }
}
