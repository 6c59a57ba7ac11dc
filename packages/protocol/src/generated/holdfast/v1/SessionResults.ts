// Original file: proto/holdfast/v1/session.proto

import type { Long } from '@grpc/proto-loader';

export interface SessionResults {
  'first_sequence'?: (number | string | Long);
  /**
   * Results, format version 1 (docs/command-format.md), one for each operation of the batch. That the
   * session is not open, or no longer, is told here.
   */
  'results'?: (Buffer | Uint8Array | string);
}

export interface SessionResults__Output {
  'first_sequence': (string);
  /**
   * Results, format version 1 (docs/command-format.md), one for each operation of the batch. That the
   * session is not open, or no longer, is told here.
   */
  'results': (Buffer);
}
