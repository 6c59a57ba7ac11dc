// Original file: proto/holdfast/v1/session.proto


/**
 * The first message of every stream.
 */
export interface SessionStart {
  /**
   * The version of this conversation: 1.
   */
  'protocol'?: (number);
  /**
   * 16 random bytes, chosen by the client for the life of its session; the same again after a reconnect.
   * All batches of the stream are of this session.
   */
  'session_id'?: (Buffer | Uint8Array | string);
}

/**
 * The first message of every stream.
 */
export interface SessionStart__Output {
  /**
   * The version of this conversation: 1.
   */
  'protocol': (number);
  /**
   * 16 random bytes, chosen by the client for the life of its session; the same again after a reconnect.
   * All batches of the stream are of this session.
   */
  'session_id': (Buffer);
}
