// Original file: proto/holdfast/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface SnapshotEnd {
  'rows'?: (number | string | Long);
  'bytes'?: (number | string | Long);
}

export interface SnapshotEnd__Output {
  'rows': (string);
  'bytes': (string);
}
