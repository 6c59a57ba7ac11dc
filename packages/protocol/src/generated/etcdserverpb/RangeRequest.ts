// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

// Original file: proto/etcd/rpc.proto

export const _etcdserverpb_RangeRequest_SortOrder = {
  NONE: 'NONE',
  ASCEND: 'ASCEND',
  DESCEND: 'DESCEND',
} as const;

export type _etcdserverpb_RangeRequest_SortOrder =
  | 'NONE'
  | 0
  | 'ASCEND'
  | 1
  | 'DESCEND'
  | 2

export type _etcdserverpb_RangeRequest_SortOrder__Output = typeof _etcdserverpb_RangeRequest_SortOrder[keyof typeof _etcdserverpb_RangeRequest_SortOrder]

// Original file: proto/etcd/rpc.proto

export const _etcdserverpb_RangeRequest_SortTarget = {
  KEY: 'KEY',
  VERSION: 'VERSION',
  CREATE: 'CREATE',
  MOD: 'MOD',
  VALUE: 'VALUE',
} as const;

export type _etcdserverpb_RangeRequest_SortTarget =
  | 'KEY'
  | 0
  | 'VERSION'
  | 1
  | 'CREATE'
  | 2
  | 'MOD'
  | 3
  | 'VALUE'
  | 4

export type _etcdserverpb_RangeRequest_SortTarget__Output = typeof _etcdserverpb_RangeRequest_SortTarget[keyof typeof _etcdserverpb_RangeRequest_SortTarget]

/**
 * Reads one key or a range of keys.
 */
export interface RangeRequest {
  'key'?: (Buffer | Uint8Array | string);
  /**
   * Empty: only key. One zero byte: all keys from key on. Otherwise the first key no longer read.
   */
  'range_end'?: (Buffer | Uint8Array | string);
  /**
   * At most so many pairs; 0 is all.
   */
  'limit'?: (number | string | Long);
  /**
   * The state to read; 0 or less is the latest.
   */
  'revision'?: (number | string | Long);
  'sort_order'?: (_etcdserverpb_RangeRequest_SortOrder);
  'sort_target'?: (_etcdserverpb_RangeRequest_SortTarget);
  /**
   * Answer from what this member has applied, without asking the others.
   */
  'serializable'?: (boolean);
  'keys_only'?: (boolean);
  'count_only'?: (boolean);
  /**
   * The four bounds are inclusive; 0 is off.
   */
  'min_mod_revision'?: (number | string | Long);
  'max_mod_revision'?: (number | string | Long);
  'min_create_revision'?: (number | string | Long);
  'max_create_revision'?: (number | string | Long);
}

/**
 * Reads one key or a range of keys.
 */
export interface RangeRequest__Output {
  'key': (Buffer);
  /**
   * Empty: only key. One zero byte: all keys from key on. Otherwise the first key no longer read.
   */
  'range_end': (Buffer);
  /**
   * At most so many pairs; 0 is all.
   */
  'limit': (string);
  /**
   * The state to read; 0 or less is the latest.
   */
  'revision': (string);
  'sort_order': (_etcdserverpb_RangeRequest_SortOrder__Output);
  'sort_target': (_etcdserverpb_RangeRequest_SortTarget__Output);
  /**
   * Answer from what this member has applied, without asking the others.
   */
  'serializable': (boolean);
  'keys_only': (boolean);
  'count_only': (boolean);
  /**
   * The four bounds are inclusive; 0 is off.
   */
  'min_mod_revision': (string);
  'max_mod_revision': (string);
  'min_create_revision': (string);
  'max_create_revision': (string);
}
