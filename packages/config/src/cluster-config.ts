import type { CompactionConfig } from "./compaction-config.ts";

/** How the cluster paces itself; the same on every node. */
export interface RaftTimings {
  /**
   * Between two heartbeats of a leader, ms.
   *
   * @default 100
   */
  readonly heartbeatMs: number;
  /**
   * Without a word from a leader for this long, up to twice as long by chance, a
   * follower campaigns, ms. At least three heartbeats; below 300 a pause of the
   * garbage collector may cost the leadership.
   *
   * @default 1000
   */
  readonly electionTimeoutMs: number;
}

/** What every node keeps to. */
export interface ClusterLimits {
  /**
   * What must stay free on a node's disk, bytes. With less it refuses writes and, if it
   * leads, hands over to a node with room. Below 64 MiB a burst of writes may use
   * it up before that is noticed.
   *
   * @default 67108864 (64 MiB)
   */
  readonly diskReserveBytes: number;
  /**
   * How fast a leader sends states to members that its log no longer reaches, all of
   * them together, bytes a second. Raise it where nodes have cores to spare: what is
   * sent faster makes clients wait longer meanwhile (decision 11).
   *
   * @default 12582912 (12 MiB)
   */
  readonly snapshotBytesPerSecond: number;
  /**
   * How large the applied state may grow on a node's disk, bytes, history included: beyond, the
   * cluster takes only what does not make it larger (decision 16). Below 0: as large as it likes.
   *
   * @default 2147483648 (2 GiB, etcd's)
   */
  readonly quotaBytes: number;
  /**
   * Between two comparisons of what the members' disks hold, ms: each reads all of it. What
   * they applied is compared all the time (decision 17).
   *
   * @default 600000 (10 minutes)
   */
  readonly hashCheckMs: number;
}

const MIB = 1024 * 1024;

/** What holds where the file says nothing. */
export const CLUSTER_LIMITS: ClusterLimits = Object.freeze({
  diskReserveBytes: 64 * MIB,
  snapshotBytesPerSecond: 12 * MIB,
  quotaBytes: 2048 * MIB,
  hashCheckMs: 600_000,
});

export interface NodeConfig {
  /** Unique in the cluster: letters, digits, `-`, `_`, `.`; at most 64. */
  readonly id: string;
  /** `host:port` where clients connect: gRPC and HTTP on one port. */
  readonly client: string;
  /** `host:port` where peers connect. */
  readonly peer: string;
  /** The node's directory; relative to the working directory. */
  readonly data: string;
  /** The failure domain, such as a data centre; shown in status. */
  readonly zone: string | undefined;
}

/** A whole cluster, as its file describes it, checked and complete. */
export interface ClusterConfig {
  readonly cluster: string;
  readonly raft: RaftTimings;
  readonly limits: ClusterLimits;
  readonly compaction: CompactionConfig;
  readonly nodes: readonly NodeConfig[];
}
