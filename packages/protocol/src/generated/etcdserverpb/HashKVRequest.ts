// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

export interface HashKVRequest {
  /**
   * 0: the latest.
   */
  'revision'?: (number | string | Long);
}

export interface HashKVRequest__Output {
  /**
   * 0: the latest.
   */
  'revision': (string);
}
