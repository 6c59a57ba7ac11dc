// Original file: proto/etcd/v3lock.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Waits until the caller owns the lock; the lease is the owner's.
 */
export interface LockRequest {
  'name'?: (Buffer | Uint8Array | string);
  'lease'?: (number | string | Long);
}

/**
 * Waits until the caller owns the lock; the lease is the owner's.
 */
export interface LockRequest__Output {
  'name': (Buffer);
  'lease': (string);
}
