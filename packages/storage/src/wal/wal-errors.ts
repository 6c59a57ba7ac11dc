import { HoldfastError, type LogIndex, messageOf } from "@holdfast/base";

/** Where in the log something is wrong, and what. */
export interface LogDamage {
  readonly file: string;
  readonly offset: number;
  readonly found: string;
}

/**
 * The log holds something that no crash can leave behind: rot, a lost file, a
 * foreign hand. Cutting it could lose what this replica acknowledged, so the
 * replica must not vote with it (checklist F44).
 */
export class LogDamagedError extends HoldfastError {
  readonly code = "LOG_DAMAGED";
  readonly outcome = "not-applied";
  readonly retryable = false;
  readonly damage: LogDamage;

  constructor(damage: LogDamage) {
    super(
      `${damage.file} is damaged at offset ${damage.offset}: ${damage.found}. ` +
        "This store must not be repaired in place: remove its directory and let the cluster rebuild it as a new store",
    );
    this.damage = damage;
  }
}

/** The log was written in a format that this version does not know. */
export class LogVersionError extends HoldfastError {
  readonly code = "LOG_VERSION";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(file: string, version: number) {
    super(`${file} has log format ${version}, which this version does not know: start a newer one`);
  }
}

/** A write of the log failed. The log takes nothing more: what reached the disk is only known after a restart. */
export class LogFailedError extends HoldfastError {
  readonly code = "LOG_FAILED";
  readonly outcome = "unknown";
  readonly retryable = false;

  constructor(options: { readonly cause: unknown }) {
    const why = messageOf(options.cause);
    super(`a write of the log failed, so this replica has stopped: ${why}`, options);
  }
}

/** One write is larger than a segment can hold. Nothing was written. */
export class LogWriteTooLargeError extends HoldfastError {
  readonly code = "LOG_WRITE_TOO_LARGE";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(sizes: { readonly bytes: number; readonly bytesMax: number }) {
    super(
      `one write to the log takes ${sizes.bytes} bytes, a segment holds ${sizes.bytesMax}: split it`,
    );
  }
}

/** The entries asked for have been dropped from the log: a snapshot has to stand in. */
export class LogCompactedError extends HoldfastError {
  readonly code = "LOG_COMPACTED";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(asked: { readonly from: LogIndex; readonly compacted: LogIndex }) {
    super(`entry ${asked.from} is no longer in the log, which is compacted to ${asked.compacted}`);
  }
}
