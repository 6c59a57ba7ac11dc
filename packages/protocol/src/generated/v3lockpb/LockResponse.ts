// Original file: proto/etcd/v3lock.proto

import type { ResponseHeader as _etcdserverpb_ResponseHeader, ResponseHeader__Output as _etcdserverpb_ResponseHeader__Output } from '../etcdserverpb/ResponseHeader.ts';

export interface LockResponse {
  'header'?: (_etcdserverpb_ResponseHeader | null);
  /**
   * Exists as long as the lock is held.
   */
  'key'?: (Buffer | Uint8Array | string);
}

export interface LockResponse__Output {
  'header': (_etcdserverpb_ResponseHeader__Output | null);
  /**
   * Exists as long as the lock is held.
   */
  'key': (Buffer);
}
