// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Stands in nearly every answer: who answered, and at which revision.
 */
export interface ResponseHeader {
  'cluster_id'?: (number | string | Long);
  'member_id'?: (number | string | Long);
  /**
   * The store's revision when the answer was made; 0 where an answer has none.
   */
  'revision'?: (number | string | Long);
  /**
   * The term of the member that answered.
   */
  'raft_term'?: (number | string | Long);
}

/**
 * Stands in nearly every answer: who answered, and at which revision.
 */
export interface ResponseHeader__Output {
  'cluster_id': (string);
  'member_id': (string);
  /**
   * The store's revision when the answer was made; 0 where an answer has none.
   */
  'revision': (string);
  /**
   * The term of the member that answered.
   */
  'raft_term': (string);
}
