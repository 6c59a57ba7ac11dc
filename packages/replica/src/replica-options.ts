import type { Millis } from "@holdfast/base";
import type { RaftOptions } from "@holdfast/raft";

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
   * Reads waiting for their read index at most.
   *
   * @default 65536
   */
  readonly pendingReadsMax: number;
  /**
   * Entries read from the log at once for applying or for a slow peer, bytes.
   *
   * @default 1 MiB
   */
  readonly readBytesMax: number;
  /**
   * How long applying goes on before the event loop turns, ms (decision 4).
   *
   * @default 5
   */
  readonly sliceMs: Millis;
  /**
   * A session with nothing applied for this long is ended by the leader, ms.
   *
   * @default 3600000
   */
  readonly sessionIdleMs: Millis;
}

const MIB = 1024 * 1024;

export function resolveReplicaOptions(
  given: Partial<ReplicaOptions> & Pick<ReplicaOptions, "raft">,
): ReplicaOptions {
  return Object.freeze({
    pendingOperationsMax: 65_536,
    pendingBytesMax: 64 * MIB,
    batchOperationsMax: 1024,
    entryBytesMax: 1.5 * MIB,
    pendingReadsMax: 65_536,
    readBytesMax: MIB,
    sliceMs: 5,
    sessionIdleMs: 3_600_000,
    ...given,
  });
}
