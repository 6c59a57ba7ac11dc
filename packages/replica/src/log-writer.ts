import type { Clock, GroupId } from "@holdfast/base";
import type { MembershipCodec, PersistBatch, WriteSeq } from "@holdfast/raft";
import type { WalWrite, WriteAheadLog } from "@holdfast/storage";

export interface LogWriterParts {
  readonly log: WriteAheadLog;
  readonly group: GroupId;
  readonly membershipCodec: MembershipCodec;
  readonly clock: Clock;
  /** A durable write took so long, s. */
  observe(seconds: number): void;
  persisted(seq: WriteSeq): void;
  fail(failure: unknown): void;
}

/**
 * Writes the core's steps to the log: one frame in flight, and all that queues up
 * meanwhile is the next one (group commit, decision 7).
 */
export class LogWriter {
  readonly #parts: LogWriterParts;
  #queue: PersistBatch[] = [];
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  write(batch: PersistBatch): void {
    this.#queue.push(batch);
    this.#writing ??= this.#drain();
  }

  /** Resolves when nothing is being written any more; what is queued stays unwritten. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
  }

  async #drain(): Promise<void> {
    const { log, persisted, fail, clock, observe } = this.#parts;
    try {
      while (this.#queue.length > 0 && !this.#stopped) {
        const batches = this.#queue;
        this.#queue = [];
        const start = clock.now();
        await log.append(batches.map((batch) => this.#toWrite(batch)));
        observe((clock.now() - start) / 1000);
        const last = batches.at(-1);
        if (last !== undefined) persisted(last.seq);
      }
    } catch (failure) {
      this.#stopped = true;
      fail(failure);
    } finally {
      this.#writing = undefined;
    }
  }

  #toWrite({ hardState, entries, compact }: PersistBatch): WalWrite {
    const { group, membershipCodec } = this.#parts;
    return {
      group,
      entries,
      ...(hardState === undefined ? {} : { hardState }),
      ...(compact === undefined
        ? {}
        : {
            compact: {
              index: compact.upTo.index,
              term: compact.upTo.term,
              membership: membershipCodec.encode(compact.membership),
            },
          }),
    };
  }
}
