import type { Millis } from "@holdfast/base";
import type { RaftOptions } from "@holdfast/raft";
import { STATE_LIMITS, type StateLimits } from "@holdfast/storage";
import type { CompactionRule } from "./upkeep/compaction-rule.ts";

/** The limits of one replica. */
export interface ReplicaOptions {
  readonly raft: RaftOptions;
  /**
   * Operations proposed here and not yet answered, at most; more are refused as
   * overloaded.
   *
   * @default 65536
   */
  readonly pendingOperationsMax: number;
  /**
   * Their encoded bytes, at most.
   *
   * @default 64 MiB
   */
  readonly pendingBytesMax: number;
  /**
   * Operations of one entry at most, where this node gathers them.
   *
   * @default 1024
   */
  readonly batchOperationsMax: number;
  /**
   * Encoded bytes of one entry at most.
   *
   * @default 1.5 MiB, etcd's limit of a request
   */
  readonly entryBytesMax: number;
  /**
   * Reads waiting for their read index, or for the event loop, at most.
   *
   * @default 65536
   */
  readonly pendingReadsMax: number;
  /**
   * Reads that go on beyond one turn of the event loop at most: ranges, and single
   * keys while the disk is slow; more are refused as overloaded. Each holds a View,
   * so it is below the store's `viewsMax`.
   *
   * @default 1000
   */
  readonly longReadsMax: number;
  /**
   * Entries read from the log at once for applying or for a slow peer, bytes.
   *
   * @default 1 MiB
   */
  readonly readBytesMax: number;
  /**
   * How long applying, and how long all reads together, go on before the event loop
   * turns, ms (decision 4).
   *
   * @default 5
   */
  readonly sliceMs: Millis;
  /**
   * How fast a leader sends states to members that its log no longer reaches, all of
   * them together, bytes a second: what clients wait for goes first.
   *
   * @default 12 MiB (decision 11)
   */
  readonly snapshotBytesPerSecond: number;
  /**
   * A session with nothing applied for this long is ended by the leader, ms.
   *
   * @default 3600000
   */
  readonly sessionIdleMs: Millis;
  /**
   * Between two comparisons of what members have on their disks, ms; of what they applied it is
   * compared all the time. 0: nothing is compared.
   *
   * @default 0
   */
  readonly hashCheckMs: Millis;
  /**
   * How large the applied state may grow on the disk, bytes; below 0: as large as it likes.
   *
   * @default -1
   */
  readonly quotaBytes: number;
  /**
   * What of the past this member gives up by itself while it leads.
   *
   * @default nothing
   */
  readonly compaction: CompactionRule;
  /**
   * Of the store that keeps the applied state.
   *
   * @default STATE_LIMITS
   */
  readonly state: StateLimits;
}

const MIB = 1024 * 1024;
const NO_COMPACTION: CompactionRule = Object.freeze({ mode: "off" });

export function resolveReplicaOptions(
  given: Partial<ReplicaOptions> & Pick<ReplicaOptions, "raft">,
): ReplicaOptions {
  return Object.freeze({
    pendingOperationsMax: 65_536,
    pendingBytesMax: 64 * MIB,
    batchOperationsMax: 1024,
    entryBytesMax: 1.5 * MIB,
    pendingReadsMax: 65_536,
    longReadsMax: 1000,
    readBytesMax: MIB,
    sliceMs: 5,
    snapshotBytesPerSecond: 12 * MIB,
    sessionIdleMs: 3_600_000,
    hashCheckMs: 0,
    quotaBytes: -1,
    compaction: NO_COMPACTION,
    state: STATE_LIMITS,
    ...given,
  });
}
