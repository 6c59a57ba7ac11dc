// Original file: proto/holdfast/v1/session.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One part of a turn was refused. Where both ids are 0 it is the stream, which then ends.
 */
export interface SessionFailure {
  'first_sequence'?: (number | string | Long);
  'read_id'?: (number | string | Long);
  /**
   * Stable, such as NO_LEADER or OVERLOADED.
   */
  'code'?: (string);
  'message'?: (string);
  /**
   * "not-applied", "applied" or "unknown".
   */
  'outcome'?: (string);
  'retryable'?: (boolean);
}

/**
 * One part of a turn was refused. Where both ids are 0 it is the stream, which then ends.
 */
export interface SessionFailure__Output {
  'first_sequence': (string);
  'read_id': (string);
  /**
   * Stable, such as NO_LEADER or OVERLOADED.
   */
  'code': (string);
  'message': (string);
  /**
   * "not-applied", "applied" or "unknown".
   */
  'outcome': (string);
  'retryable': (boolean);
}
