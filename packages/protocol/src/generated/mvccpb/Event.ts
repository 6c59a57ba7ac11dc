// Original file: proto/etcd/kv.proto

import type { KeyValue as _mvccpb_KeyValue, KeyValue__Output as _mvccpb_KeyValue__Output } from '../mvccpb/KeyValue.ts';

// Original file: proto/etcd/kv.proto

export const _mvccpb_Event_EventType = {
  PUT: 'PUT',
  DELETE: 'DELETE',
} as const;

export type _mvccpb_Event_EventType =
  | 'PUT'
  | 0
  | 'DELETE'
  | 1

export type _mvccpb_Event_EventType__Output = typeof _mvccpb_Event_EventType[keyof typeof _mvccpb_Event_EventType]

/**
 * One change of one key. A deletion shows only the key and its revision.
 */
export interface Event {
  'type'?: (_mvccpb_Event_EventType);
  'kv'?: (_mvccpb_KeyValue | null);
  /**
   * The pair before the change, where it was asked for and is still kept.
   */
  'prev_kv'?: (_mvccpb_KeyValue | null);
}

/**
 * One change of one key. A deletion shows only the key and its revision.
 */
export interface Event__Output {
  'type': (_mvccpb_Event_EventType__Output);
  'kv': (_mvccpb_KeyValue__Output | null);
  /**
   * The pair before the change, where it was asked for and is still kept.
   */
  'prev_kv': (_mvccpb_KeyValue__Output | null);
}
