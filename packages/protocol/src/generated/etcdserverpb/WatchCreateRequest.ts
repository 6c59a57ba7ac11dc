// Original file: proto/etcd/rpc.proto

import type { Long } from '@grpc/proto-loader';

// Original file: proto/etcd/rpc.proto

export const _etcdserverpb_WatchCreateRequest_FilterType = {
  NOPUT: 'NOPUT',
  NODELETE: 'NODELETE',
} as const;

export type _etcdserverpb_WatchCreateRequest_FilterType =
  | 'NOPUT'
  | 0
  | 'NODELETE'
  | 1

export type _etcdserverpb_WatchCreateRequest_FilterType__Output = typeof _etcdserverpb_WatchCreateRequest_FilterType[keyof typeof _etcdserverpb_WatchCreateRequest_FilterType]

export interface WatchCreateRequest {
  'key'?: (Buffer | Uint8Array | string);
  'range_end'?: (Buffer | Uint8Array | string);
  /**
   * 0: from the next revision on.
   */
  'start_revision'?: (number | string | Long);
  /**
   * Tell now and then how far the watcher has seen, when there is nothing else to tell.
   */
  'progress_notify'?: (boolean);
  /**
   * Kinds of events to leave out.
   */
  'filters'?: (_etcdserverpb_WatchCreateRequest_FilterType)[];
  'prev_kv'?: (boolean);
  /**
   * 0: the server chooses.
   */
  'watch_id'?: (number | string | Long);
  /**
   * Large answers may come in parts.
   */
  'fragment'?: (boolean);
}

export interface WatchCreateRequest__Output {
  'key': (Buffer);
  'range_end': (Buffer);
  /**
   * 0: from the next revision on.
   */
  'start_revision': (string);
  /**
   * Tell now and then how far the watcher has seen, when there is nothing else to tell.
   */
  'progress_notify': (boolean);
  /**
   * Kinds of events to leave out.
   */
  'filters': (_etcdserverpb_WatchCreateRequest_FilterType__Output)[];
  'prev_kv': (boolean);
  /**
   * 0: the server chooses.
   */
  'watch_id': (string);
  /**
   * Large answers may come in parts.
   */
  'fragment': (boolean);
}
