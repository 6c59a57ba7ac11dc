// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Forgets what only revisions below this one show.
 */
export interface CompactionRequest {
  'revision'?: (number | string | Long);
  /**
   * Answer only when the space is free again on this member.
   */
  'physical'?: (boolean);
}

/**
 * Forgets what only revisions below this one show.
 */
export interface CompactionRequest__Output {
  'revision': (string);
  /**
   * Answer only when the space is free again on this member.
   */
  'physical': (boolean);
}
