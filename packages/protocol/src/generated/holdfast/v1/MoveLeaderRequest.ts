// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface MoveLeaderRequest {
  /**
   * 0: the most advanced voter.
   */
  'target_id'?: (number | string | Long);
}

export interface MoveLeaderRequest__Output {
  /**
   * 0: the most advanced voter.
   */
  'target_id': (string);
}
