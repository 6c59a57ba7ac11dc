import type { Outcome } from "@holdfast/base";

/** The version of the Session conversation that this client speaks. */
export const SESSION_PROTOCOL = 1;

/** What a client sends on a Session stream; the first frame of a stream is a start. */
export type SessionFrame = StartFrame | TurnFrame | EndFrame;

export interface StartFrame {
  readonly kind: "start";
  readonly protocol: number;
  /** 16 bytes. */
  readonly sessionId: Uint8Array;
}

/** What one turn of the event loop asked for; either part may be empty. */
export interface TurnFrame {
  readonly kind: "turn";
  /** An encoded command batch. */
  readonly commands: Uint8Array;
  /** 0 where there are no queries. */
  readonly readId: number;
  /** Encoded queries. */
  readonly queries: Uint8Array;
  readonly timeoutMs: number;
  readonly serializable: boolean;
}

/** The last word: the session is not used any more. The node then ends the stream. */
export interface EndFrame {
  readonly kind: "end";
}

export type SessionReply = StartedReply | ResultsReply | ReadResultsReply | FailureReply;

export interface StartedReply {
  readonly kind: "started";
  readonly protocol: number;
  readonly clusterId: number;
  readonly memberId: number;
  /** Operations in flight at most; 0: not said. */
  readonly window: number;
  /** Bytes of one turn at most; 0: not said. */
  readonly turnBytesMax: number;
  /** Client addresses of the members, `host:port`. */
  readonly endpoints: readonly string[];
}

export interface ResultsReply {
  readonly kind: "results";
  readonly firstSequence: number;
  readonly results: Uint8Array;
}

export interface ReadResultsReply {
  readonly kind: "read-results";
  readonly readId: number;
  readonly results: Uint8Array;
}

/** Refuses a batch, or queries, or where both ids are 0 the stream. */
export interface FailureReply {
  readonly kind: "failure";
  readonly firstSequence: number;
  readonly readId: number;
  readonly code: string;
  readonly message: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;
}

/** What happens on a stream. Nothing is called before `open` has returned, and nothing after `close`. */
export interface SessionStreamHandlers {
  received(reply: SessionReply): void;
  /**
   * The stream is broken or was ended by the server; called once, and nothing comes after it.
   * `reason` names no address; `cause` is what the transport itself said.
   */
  ended(reason: string, cause?: unknown): void;
}

export interface SessionStream {
  /** Sends in order, or loses the frame where the stream is broken. Never waits, never throws. */
  send(frame: SessionFrame): void;
  /** Ends the stream and forgets its handlers; harmless when repeated. */
  close(): void;
}

/** Opens Session streams to nodes: gRPC in production, memory in tests and in a simulator (decision 2). */
export interface SessionTransport {
  /** Begins to open a stream to `address`; a failure comes as `ended`, never as an exception. */
  open(address: string, handlers: SessionStreamHandlers): SessionStream;
}
