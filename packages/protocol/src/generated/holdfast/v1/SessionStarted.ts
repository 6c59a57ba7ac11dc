// Original file: proto/holdfast/v1/session.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The stream may be used. It says nothing of the session, which the cluster may not know yet, or no longer.
 * It comes again, with other endpoints and all else as it was, when members come, go or move.
 */
export interface SessionStarted {
  'protocol'?: (number);
  'cluster_id'?: (number | string | Long);
  'member_id'?: (number | string | Long);
  /**
   * Operations in flight at most, by sequence: below acked_below + window.
   */
  'window'?: (number);
  /**
   * Bytes of one turn at most.
   */
  'turn_bytes_max'?: (number);
  /**
   * Client addresses of the members, host:port.
   */
  'endpoints'?: (string)[];
}

/**
 * The stream may be used. It says nothing of the session, which the cluster may not know yet, or no longer.
 * It comes again, with other endpoints and all else as it was, when members come, go or move.
 */
export interface SessionStarted__Output {
  'protocol': (number);
  'cluster_id': (string);
  'member_id': (string);
  /**
   * Operations in flight at most, by sequence: below acked_below + window.
   */
  'window': (number);
  /**
   * Bytes of one turn at most.
   */
  'turn_bytes_max': (number);
  /**
   * Client addresses of the members, host:port.
   */
  'endpoints': (string)[];
}
