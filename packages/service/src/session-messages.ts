import type { Millis, Outcome } from "@holdfast/base";

/** The version of the conversation of holdfast.v1.Session. */
export const SESSION_PROTOCOL = 1;

/** The first message of a stream. */
export interface SessionStartRequest {
  readonly protocol: number;
  readonly sessionId: Uint8Array;
}

/** All that one turn of the client asked for. */
export interface SessionTurnRequest {
  /** An encoded batch; empty: no writes. */
  readonly commands: Uint8Array;
  readonly readId: number;
  /** Encoded queries; empty: no reads. */
  readonly queries: Uint8Array;
  /** 0: the server's limit. */
  readonly timeoutMs: number;
  readonly serializable: boolean;
}

export interface SessionStartedReply {
  readonly protocol: number;
  readonly clusterId: number;
  readonly memberId: number;
  readonly window: number;
  readonly turnBytesMax: number;
  readonly endpoints: readonly string[];
}

/** Why a part of a turn was refused; both ids 0: the stream, which then ends. */
export interface SessionFailureReply {
  readonly firstSequence: number;
  readonly readId: number;
  readonly code: string;
  readonly message: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;
}

/** Where a session's answers go: one stream to one client. Nothing is called once `ended` was. */
export interface SessionSink {
  /** Once at the start, and again whenever the members are others. */
  started(reply: SessionStartedReply): void;
  results(firstSequence: number, results: Uint8Array): void;
  readResults(readId: number, results: Uint8Array): void;
  failed(reply: SessionFailureReply): void;
  /** Read no more from the client until `resume`. */
  pause(): void;
  resume(): void;
  /** All is said; the stream can be closed. `asked`: the client wanted so. */
  ended(asked: boolean): void;
}

/** What one stream may have in flight; beyond it the stream is not read. */
export interface SessionLimits {
  /**
   * Turns that wait for an answer.
   *
   * @default 64
   */
  readonly turnsMax: number;
  /**
   * Bytes of those turns.
   *
   * @default 16777216 (16 MiB)
   */
  readonly bytesMax: number;
  /**
   * Queries of one turn.
   *
   * @default 1024
   */
  readonly queriesMax: number;
  /**
   * Keys and values of the answer to one turn's queries, bytes.
   *
   * @default 67108864 (64 MiB)
   */
  readonly answerBytesMax: number;
  /**
   * Streams of one node.
   *
   * @default 10000
   */
  readonly streamsMax: number;
  /**
   * A session ends so long after its client's last word, up to twice, ms. Where a node is further behind with
   * applying than the last session that ended, it opens none (docs/decisions/0018); few nodes are so far behind.
   *
   * @default 10000
   */
  readonly farewellMs: Millis;
}

export const SESSION_LIMITS: SessionLimits = Object.freeze({
  turnsMax: 64,
  bytesMax: 16 * 1024 * 1024,
  queriesMax: 1024,
  answerBytesMax: 64 * 1024 * 1024,
  streamsMax: 10_000,
  farewellMs: 10_000,
});
