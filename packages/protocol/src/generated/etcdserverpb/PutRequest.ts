// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Sets the value of a key; always makes a new revision.
 */
export interface PutRequest {
  'key'?: (Buffer | Uint8Array | string);
  'value'?: (Buffer | Uint8Array | string);
  /**
   * 0 is none.
   */
  'lease'?: (number | string | Long);
  /**
   * Return the pair as it was before.
   */
  'prev_kv'?: (boolean);
  /**
   * Keep the value that the key has.
   */
  'ignore_value'?: (boolean);
  /**
   * Keep the lease that the key has.
   */
  'ignore_lease'?: (boolean);
}

/**
 * Sets the value of a key; always makes a new revision.
 */
export interface PutRequest__Output {
  'key': (Buffer);
  'value': (Buffer);
  /**
   * 0 is none.
   */
  'lease': (string);
  /**
   * Return the pair as it was before.
   */
  'prev_kv': (boolean);
  /**
   * Keep the value that the key has.
   */
  'ignore_value': (boolean);
  /**
   * Keep the lease that the key has.
   */
  'ignore_lease': (boolean);
}
