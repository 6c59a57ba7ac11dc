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
   */
  'session_id'?: (Buffer | Uint8Array | string);
  /**
   * Set when the session has been opened before: the server then does not open it anew.
   */
  'resume'?: (boolean);
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
   */
  'session_id': (Buffer);
  /**
   * Set when the session has been opened before: the server then does not open it anew.
   */
  'resume': (boolean);
}
