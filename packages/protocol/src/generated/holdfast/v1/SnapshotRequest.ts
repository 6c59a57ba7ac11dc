// Original file: proto/holdfast/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface SnapshotRequest {
  'cluster_id'?: (number | string | Long);
  'group_id'?: (number);
  /**
   * Who asks: its member, and the store behind it.
   */
  'from'?: (number | string | Long);
  'store_id'?: (string);
  /**
   * Who is asked.
   */
  'to'?: (number | string | Long);
  /**
   * These name the offer.
   */
  'term'?: (number | string | Long);
  'epoch'?: (number | string | Long);
  'last_term'?: (number | string | Long);
  'last_index'?: (number | string | Long);
  /**
   * From 0.
   */
  'sequence'?: (number | string | Long);
}

export interface SnapshotRequest__Output {
  'cluster_id': (string);
  'group_id': (number);
  /**
   * Who asks: its member, and the store behind it.
   */
  'from': (string);
  'store_id': (string);
  /**
   * Who is asked.
   */
  'to': (string);
  /**
   * These name the offer.
   */
  'term': (string);
  'epoch': (string);
  'last_term': (string);
  'last_index': (string);
  /**
   * From 0.
   */
  'sequence': (string);
}
