// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface RemoveMember {
  'id'?: (number | string | Long);
}

export interface RemoveMember__Output {
  'id': (string);
}
