import type { Clock, GroupId } from "@holdfast/base";
import type {
  Entry,
  EntryId,
  HardState,
  Membership,
  MembershipCodec,
  PersistBatch,
  SnapshotMeta,
  WriteSeq,
} from "@holdfast/raft";
import type { WalWrite, WriteAheadLog } from "@holdfast/storage";

const MIB = 1024 * 1024;

export interface LogWriterParts {
  readonly log: WriteAheadLog;
  readonly group: GroupId;
  readonly membershipCodec: MembershipCodec;
  readonly clock: Clock;
  /**
   * Payload of entries that one write to the log holds, bytes, and half of a segment of the log at most; a
   * larger entry has one of its own.
   *
   * @default 4 MiB
   */
  readonly writeBytesMax?: number;
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
        await log.append(batches.flatMap((batch) => this.#toWrites(batch)));
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

  /**
   * A turn may bring more entries than a segment holds, so they are written in order, a part
   * at a time. A crash between two leaves what a crash within a log always leaves: a
   * shorter one. Term, vote and a new beginning go first, a compaction last, and a part
   * speaks of no commit beyond its own end.
   */
  #toWrites({ hardState, entries, compact, install }: PersistBatch): readonly WalWrite[] {
    const { log, group, directoryOf, writeBytesMax = 4 * MIB } = this.#parts;
    const runs = parts(entries, Math.min(writeBytesMax, log.segmentBytes / 2));
    const last = runs.length - 1;
    return runs.map((run, at) => ({
      group,
      entries: run,
      ...(hardState === undefined
        ? {}
        : { hardState: at < last ? within(hardState, run) : hardState }),
      ...(compact === undefined || at < last
        ? {}
        : { compact: this.#head(compact.upTo, compact.membership) }),
      ...(install === undefined || at > 0
        ? {}
        : {
            reset: {
              ...this.#head(install.last, install.membership),
              stateDirectory: directoryOf(install),
            },
          }),
    }));
  }

  /** What stands at the beginning of a log that begins behind `last`. */
  #head({ index, term }: EntryId, membership: Membership): NonNullable<WalWrite["compact"]> {
    return { index, term, membership: this.#parts.membershipCodec.encode(membership) };
  }
}

/** Runs of entries with at most `bytesMax` bytes of payload each, or one larger entry; at least one run. */
function parts(entries: readonly Entry[], bytesMax: number): readonly (readonly Entry[])[] {
  const runs: Entry[][] = [[]];
  let bytes = 0;
  for (const entry of entries) {
    const run = runs.at(-1) as Entry[];
    bytes += entry.payload.length;
    if (bytes <= bytesMax || run.length === 0) run.push(entry);
    else {
      runs.push([entry]);
      bytes = entry.payload.length;
    }
  }
  return runs;
}

function within(hardState: HardState, run: readonly Entry[]): HardState {
  return { ...hardState, commit: Math.min(hardState.commit, run.at(-1)?.index ?? 0) };
}
