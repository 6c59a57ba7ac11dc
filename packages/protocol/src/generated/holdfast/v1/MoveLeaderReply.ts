// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface MoveLeaderReply {
  'leader_id'?: (number | string | Long);
}

export interface MoveLeaderReply__Output {
  'leader_id': (string);
}
