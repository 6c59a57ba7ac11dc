import type { Clock, GroupId } from "@holdfast/base";
import type {
  EntryId,
  Membership,
  MembershipCodec,
  PersistBatch,
  SnapshotMeta,
  WriteSeq,
} from "@holdfast/raft";
import type { WalWrite, WriteAheadLog } from "@holdfast/storage";

export interface LogWriterParts {
  readonly log: WriteAheadLog;
  readonly group: GroupId;
  readonly membershipCodec: MembershipCodec;
  readonly clock: Clock;
  /** Where a whole state lies that the core installs (decision 9). */
  directoryOf(meta: SnapshotMeta): string;
  /** The log names that state from now on; called before the write counts as persisted. */
  installed(meta: SnapshotMeta): void;
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
    this.#parts.log.stopWaiting();
    await this.#writing;
  }

  async #drain(): Promise<void> {
    const { log, persisted, installed, fail, clock, observe } = this.#parts;
    try {
      while (this.#queue.length > 0 && !this.#stopped) {
        const batches = this.#queue;
        this.#queue = [];
        const start = clock.now();
        await log.append(batches.map((batch) => this.#toWrite(batch)));
        observe((clock.now() - start) / 1000);
        for (const { install } of batches) if (install !== undefined) installed(install);
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

  #toWrite({ hardState, entries, compact, install }: PersistBatch): WalWrite {
    const { group, directoryOf } = this.#parts;
    return {
      group,
      entries,
      ...(hardState === undefined ? {} : { hardState }),
      ...(compact === undefined ? {} : { compact: this.#head(compact.upTo, compact.membership) }),
      ...(install === undefined
        ? {}
        : {
            reset: {
              ...this.#head(install.last, install.membership),
              stateDirectory: directoryOf(install),
            },
          }),
    };
  }

  /** What stands at the beginning of a log that begins behind `last`. */
  #head({ index, term }: EntryId, membership: Membership): NonNullable<WalWrite["compact"]> {
    return { index, term, membership: this.#parts.membershipCodec.encode(membership) };
  }
}
