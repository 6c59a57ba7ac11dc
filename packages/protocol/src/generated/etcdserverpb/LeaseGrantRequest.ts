// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

export interface LeaseGrantRequest {
  /**
   * Seconds.
   */
  'TTL'?: (number | string | Long);
  /**
   * 0: the server chooses.
   */
  'ID'?: (number | string | Long);
}

export interface LeaseGrantRequest__Output {
  /**
   * Seconds.
   */
  'TTL': (string);
  /**
   * 0: the server chooses.
   */
  'ID': (string);
}
