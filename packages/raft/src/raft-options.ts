import { HoldfastError, type Millis } from "@holdfast/base";

/** How one member paces itself, and its limits. Times are ms of a monotonic clock. */
export interface RaftOptions {
  /**
   * Between two heartbeats of a leader.
   *
   * @default 100
   */
  readonly heartbeatMs: Millis;
  /**
   * Without a leader for this long, up to twice as long by chance, a member
   * campaigns; for this long after hearing a leader it votes for nobody else.
   *
   * @default 1000
   */
  readonly electionTimeoutMs: Millis;
  /**
   * A jump of the clock above this between two inputs was a pause of the process:
   * election deadlines move by the excess, so that it reads before it judges.
   *
   * @default 250
   */
  readonly stallClampMs: Millis;
  /**
   * Payload of one append at most, bytes; a single larger entry still goes.
   *
   * @default 1 MiB
   */
  readonly appendBytesMax: number;
  /**
   * Appends sent to a peer and not yet acknowledged, at most.
   *
   * @default 64
   */
  readonly inflightMessagesMax: number;
  /**
   * Bytes sent to a peer and not yet acknowledged; one message may cross it.
   *
   * @default 8 MiB
   */
  readonly inflightBytesMax: number;
  /**
   * Bytes a leader has accepted and not yet committed; beyond it proposals are
   * refused as busy, but one large entry passes when there is nothing else.
   *
   * @default 64 MiB
   */
  readonly uncommittedBytesMax: number;
  /**
   * Entries kept in memory behind the durable ones, bytes; older are read from disk.
   *
   * @default 16 MiB
   */
  readonly cacheBytesMax: number;
  /**
   * Entries that stay in the log behind what is applied, for members that come back.
   *
   * @default 10000
   */
  readonly trailingEntries: number;
  /**
   * And their bytes at most, to a 32nd of it: a restart reads them all.
   *
   * @default 32 MiB
   */
  readonly trailingBytes: number;
  /**
   * The log keeps at most so much for members that lag or are sent a state, bytes, to a
   * 32nd of `trailingBytes`; beyond it they are sent a state, or another one.
   *
   * @default 256 MiB
   */
  readonly retainBytesMax: number;
  /**
   * A peer that is offered a state and answers nothing for this long is probed again.
   *
   * @default 60000
   */
  readonly snapshotTimeoutMs: Millis;
  /**
   * A write that takes longer is a stalled disk: a leader hands over, nobody campaigns.
   *
   * @default 2000
   */
  readonly diskStallMs: Millis;
  /**
   * Read-index questions waiting at a leader at most.
   *
   * @default 65536
   */
  readonly pendingReadsMax: number;
  /**
   * When the leader's process is known to be gone, a member campaigns after a
   * random part of this.
   *
   * @default 30
   */
  readonly goneCampaignMs: Millis;
  /**
   * Between two pre-votes while the leader's process is still gone.
   *
   * @default 50
   */
  readonly goneRetryMs: Millis;
}

const MIB = 1024 * 1024;

const RAFT_DEFAULTS: RaftOptions = {
  heartbeatMs: 100,
  electionTimeoutMs: 1000,
  stallClampMs: 250,
  appendBytesMax: MIB,
  inflightMessagesMax: 64,
  inflightBytesMax: 8 * MIB,
  uncommittedBytesMax: 64 * MIB,
  cacheBytesMax: 16 * MIB,
  trailingEntries: 10_000,
  trailingBytes: 32 * MIB,
  retainBytesMax: 256 * MIB,
  snapshotTimeoutMs: 60_000,
  diskStallMs: 2000,
  pendingReadsMax: 65_536,
  goneCampaignMs: 30,
  goneRetryMs: 50,
};

/** An option that cannot work. */
export class InvalidRaftOptionsError extends HoldfastError {
  readonly code = "INVALID_OPTIONS";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** Fills in what is missing and refuses what cannot work. The result is frozen. */
export function resolveRaftOptions(given: Partial<RaftOptions> = {}): RaftOptions {
  const options: RaftOptions = { ...RAFT_DEFAULTS, ...given };
  for (const [name, value] of Object.entries(options)) {
    const least = name === "trailingEntries" ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidRaftOptionsError(
        `raft.${name} must be a whole number of at least ${least}, got ${value}`,
      );
    }
  }
  if (options.electionTimeoutMs < 3 * options.heartbeatMs) {
    throw new InvalidRaftOptionsError(
      `raft.electionTimeoutMs (${options.electionTimeoutMs}) must be at least 3 × raft.heartbeatMs (${options.heartbeatMs})`,
    );
  }
  if (options.retainBytesMax < options.trailingBytes) {
    throw new InvalidRaftOptionsError(
      `raft.retainBytesMax (${options.retainBytesMax}) must be at least raft.trailingBytes (${options.trailingBytes})`,
    );
  }
  return Object.freeze(options);
}
