/** What one request may hold. Checked where a request is received, never where it is applied. */
export interface OperationLimits {
  /**
   * Compares, and operations of either branch, of one transaction; a nested one
   * gets what its parent left (etcd's `--max-txn-ops`).
   *
   * @default 128
   */
  readonly txnOperationsMax: number;
  /**
   * Operations of one batch.
   *
   * @default 1024
   */
  readonly batchOperationsMax: number;
  /**
   * Bytes of one request or batch: keys, values and {@link OPERATION_OVERHEAD_BYTES}
   * for each operation and compare (etcd's `--max-request-bytes`).
   *
   * @default 1572864 (1.5 MiB)
   */
  readonly requestBytesMax: number;
}

export const DEFAULT_OPERATION_LIMITS: OperationLimits = Object.freeze({
  txnOperationsMax: 128,
  batchOperationsMax: 1024,
  requestBytesMax: 1_572_864,
});

/**
 * What an operation or a compare counts for beside its bytes: so much that a batch
 * within `requestBytesMax` has 8,192 of them at most, and is decoded and checked in a
 * slice of 5 ms (decision 4).
 */
export const OPERATION_OVERHEAD_BYTES = 192;

/** Operations and compares of a request within {@link DEFAULT_OPERATION_LIMITS}, those of nested ones included. */
export const REQUEST_PARTS_MAX: number = Math.floor(
  DEFAULT_OPERATION_LIMITS.requestBytesMax / OPERATION_OVERHEAD_BYTES,
);

/**
 * Arrays of a batch within {@link DEFAULT_OPERATION_LIMITS}: four of the smallest
 * transaction, one or two of anything else, and five around them.
 */
export const BATCH_ARRAYS_MAX: number = 4 * REQUEST_PARTS_MAX + 5;

/** Operations of a session that may be unacknowledged at once (decision 18). */
export const SESSION_WINDOW = 8192;
