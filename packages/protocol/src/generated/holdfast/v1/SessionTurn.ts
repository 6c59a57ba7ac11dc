// Original file: proto/holdfast/v1/session.proto

import type { Long } from '@grpc/proto-loader';

/**
 * All that one turn asked for; either part may be empty.
 */
export interface SessionTurn {
  /**
   * A command batch of this session, format version 1 (docs/command-format.md); carried to the log as it is,
   * the opening with up to where its node had applied the log.
   * Sequence 1 is the opening, and no other sequence is.
   */
  'commands'?: (Buffer | Uint8Array | string);
  /**
   * Chosen by the client, growing; answers name it.
   */
  'read_id'?: (number | string | Long);
  /**
   * Queries, format version 1 (docs/command-format.md).
   */
  'queries'?: (Buffer | Uint8Array | string);
  /**
   * How long the client will wait for this turn, ms; 0: the server's default.
   */
  'timeout_ms'?: (number);
  /**
   * Whether the queries may be answered from what this node has applied, however old.
   */
  'serializable'?: (boolean);
}

/**
 * All that one turn asked for; either part may be empty.
 */
export interface SessionTurn__Output {
  /**
   * A command batch of this session, format version 1 (docs/command-format.md); carried to the log as it is,
   * the opening with up to where its node had applied the log.
   * Sequence 1 is the opening, and no other sequence is.
   */
  'commands': (Buffer);
  /**
   * Chosen by the client, growing; answers name it.
   */
  'read_id': (string);
  /**
   * Queries, format version 1 (docs/command-format.md).
   */
  'queries': (Buffer);
  /**
   * How long the client will wait for this turn, ms; 0: the server's default.
   */
  'timeout_ms': (number);
  /**
   * Whether the queries may be answered from what this node has applied, however old.
   */
  'serializable': (boolean);
}
