/** The bounds of one state on its way. */
export interface SnapshotLimits {
  /** A chunk holds exactly so many bytes of rows, the last one fewer. */
  readonly chunkBytes: number;
  /** Rows are read from the frozen state, and made of what was received, about so many bytes in a turn. */
  readonly readBytes: number;
  /** What was received is written, durably, as soon as it is so much. */
  readonly batchBytes: number;
  /** No row is larger: whoever is told of one has misread what was sent. */
  readonly rowBytesMax: number;
}

const KIB = 1024;

export const SNAPSHOT_LIMITS: SnapshotLimits = Object.freeze({
  chunkBytes: 256 * KIB,
  readBytes: 64 * KIB,
  batchBytes: 512 * KIB,
  rowBytesMax: 64 * KIB * KIB,
});
