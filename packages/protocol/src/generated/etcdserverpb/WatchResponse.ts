// Original file: proto/etcd/rpc.proto

import type { ResponseHeader as _etcdserverpb_ResponseHeader, ResponseHeader__Output as _etcdserverpb_ResponseHeader__Output } from '../etcdserverpb/ResponseHeader.ts';
import type { Event as _mvccpb_Event, Event__Output as _mvccpb_Event__Output } from '../mvccpb/Event.ts';
import type { Long } from '@grpc/proto-loader';

export interface WatchResponse {
  'header'?: (_etcdserverpb_ResponseHeader | null);
  'watch_id'?: (number | string | Long);
  'created'?: (boolean);
  'canceled'?: (boolean);
  /**
   * Set when the watcher asked below what is kept.
   */
  'compact_revision'?: (number | string | Long);
  'cancel_reason'?: (string);
  /**
   * More parts of this answer follow.
   */
  'fragment'?: (boolean);
  'events'?: (_mvccpb_Event)[];
}

export interface WatchResponse__Output {
  'header': (_etcdserverpb_ResponseHeader__Output | null);
  'watch_id': (string);
  'created': (boolean);
  'canceled': (boolean);
  /**
   * Set when the watcher asked below what is kept.
   */
  'compact_revision': (string);
  'cancel_reason': (string);
  /**
   * More parts of this answer follow.
   */
  'fragment': (boolean);
  'events': (_mvccpb_Event__Output)[];
}
