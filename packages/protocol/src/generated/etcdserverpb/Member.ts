// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

export interface Member {
  /**
   * Uses all 64 bits on other servers; below 2^53 on ours.
   */
  'ID'?: (number | string | Long);
  'name'?: (string);
  'peerURLs'?: (string)[];
  'clientURLs'?: (string)[];
  'isLearner'?: (boolean);
}

export interface Member__Output {
  /**
   * Uses all 64 bits on other servers; below 2^53 on ours.
   */
  'ID': (string);
  'name': (string);
  'peerURLs': (string)[];
  'clientURLs': (string)[];
  'isLearner': (boolean);
}
