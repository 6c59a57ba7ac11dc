// Original file: proto/etcd/v3election.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a leader holds; it leads as long as key exists with create revision rev.
 */
export interface LeaderKey {
  'name'?: (Buffer | Uint8Array | string);
  'key'?: (Buffer | Uint8Array | string);
  'rev'?: (number | string | Long);
  'lease'?: (number | string | Long);
}

/**
 * What a leader holds; it leads as long as key exists with create revision rev.
 */
export interface LeaderKey__Output {
  'name': (Buffer);
  'key': (Buffer);
  'rev': (string);
  'lease': (string);
}
