// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Only the leader takes it.
 */
export interface MoveLeaderRequest {
  'targetID'?: (number | string | Long);
}

/**
 * Only the leader takes it.
 */
export interface MoveLeaderRequest__Output {
  'targetID': (string);
}
