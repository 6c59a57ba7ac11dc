import { FIRST_GROUP, type Logger, type LogIndex, messageOf } from "@holdfast/base";
import type { Entry, Fetch, Input, Raft } from "@holdfast/raft";
import { LogDamagedError, type WriteAheadLog } from "@holdfast/storage";

export interface LogReadsParts {
  readonly raft: Raft;
  readonly log: WriteAheadLog;
  readonly logger: Logger;
  readonly readBytesMax: number;
  enqueue(input: Input): void;
  fail(failure: unknown): void;
}

/** Reads entries back: for applying them, and for a peer that is so slow that they left the memory. */
export class LogReads {
  readonly #parts: LogReadsParts;

  constructor(parts: LogReadsParts) {
    this.#parts = parts;
  }

  /** Entries from `from` on, up to `to` inclusive, at least one; from memory in this turn. */
  entries(from: LogIndex, to: LogIndex): readonly Entry[] | Promise<readonly Entry[]> {
    const { raft, log, readBytesMax } = this.#parts;
    return (
      raft.entriesInMemory(from, to, readBytesMax) ?? log.read(FIRST_GROUP, from, to, readBytesMax)
    );
  }

  /** Answers the core, which asked for entries for a peer. */
  fetch({ fetchId, from, to, bytesMax }: Fetch): void {
    const { log, logger, enqueue, fail } = this.#parts;
    log.read(FIRST_GROUP, from, to, bytesMax).then(
      (entries) => enqueue({ kind: "entries-fetched", fetchId, entries }),
      (failure: unknown) => {
        if (failure instanceof LogDamagedError) {
          fail(failure);
          return;
        }
        logger.warn({ from, to, failure: messageOf(failure) }, "entries for a peer not read");
        enqueue({ kind: "entries-fetched", fetchId, entries: undefined });
      },
    );
  }
}
