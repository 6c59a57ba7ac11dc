import { HoldfastError } from "@holdfast/base";

/** What a client said on a session's stream has no place in the conversation. */
export type SessionRefusalCode =
  | "SESSION_PROTOCOL"
  | "SESSION_MISMATCH"
  | "INVALID_REQUEST"
  | "TOO_MANY_QUERIES";

/** A part of a turn, or a stream, was refused; nothing was proposed. */
export class SessionRefusedError extends HoldfastError {
  readonly code: SessionRefusalCode;
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(code: SessionRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
