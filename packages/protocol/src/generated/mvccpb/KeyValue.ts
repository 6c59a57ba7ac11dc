// Original file: proto/etcd/kv.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One key at one revision.
 */
export interface KeyValue {
  'key'?: (Buffer | Uint8Array | string);
  /**
   * Where the key was made, or made again after a deletion.
   */
  'create_revision'?: (number | string | Long);
  /**
   * Where this value was set.
   */
  'mod_revision'?: (number | string | Long);
  /**
   * 1 at creation, one more with each put.
   */
  'version'?: (number | string | Long);
  'value'?: (Buffer | Uint8Array | string);
  /**
   * 0 is none.
   */
  'lease'?: (number | string | Long);
}

/**
 * One key at one revision.
 */
export interface KeyValue__Output {
  'key': (Buffer);
  /**
   * Where the key was made, or made again after a deletion.
   */
  'create_revision': (string);
  /**
   * Where this value was set.
   */
  'mod_revision': (string);
  /**
   * 1 at creation, one more with each put.
   */
  'version': (string);
  'value': (Buffer);
  /**
   * 0 is none.
   */
  'lease': (string);
}
