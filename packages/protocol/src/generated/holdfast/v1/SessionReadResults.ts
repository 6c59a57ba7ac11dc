// Original file: proto/holdfast/v1/session.proto

import type { Long } from '@grpc/proto-loader';

export interface SessionReadResults {
  'read_id'?: (number | string | Long);
  /**
   * Range results, format version 1 (docs/command-format.md), one for each query.
   */
  'results'?: (Buffer | Uint8Array | string);
}

export interface SessionReadResults__Output {
  'read_id': (string);
  /**
   * Range results, format version 1 (docs/command-format.md), one for each query.
   */
  'results': (Buffer);
}
