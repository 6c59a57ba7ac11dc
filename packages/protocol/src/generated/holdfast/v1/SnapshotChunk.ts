// Original file: proto/holdfast/v1/peer.proto

import type { SnapshotEnd as _holdfast_v1_SnapshotEnd, SnapshotEnd__Output as _holdfast_v1_SnapshotEnd__Output } from '../../holdfast/v1/SnapshotEnd.ts';
import type { Long } from '@grpc/proto-loader';

export interface SnapshotChunk {
  'sequence'?: (number | string | Long);
  /**
   * A piece of the stream of rows (docs/peer-format.md).
   */
  'rows'?: (Buffer | Uint8Array | string);
  /**
   * CRC-32C of the whole stream up to the end of this chunk.
   */
  'crc'?: (number);
  /**
   * The last chunk says what the whole stream held.
   */
  'end'?: (_holdfast_v1_SnapshotEnd | null);
}

export interface SnapshotChunk__Output {
  'sequence': (string);
  /**
   * A piece of the stream of rows (docs/peer-format.md).
   */
  'rows': (Buffer);
  /**
   * CRC-32C of the whole stream up to the end of this chunk.
   */
  'crc': (number);
  /**
   * The last chunk says what the whole stream held.
   */
  'end': (_holdfast_v1_SnapshotEnd__Output | null);
}
