import { HoldfastError } from "@holdfast/base";

/** What the peer network may hold and how long it waits. */
export interface PeerLimits {
  /**
   * What one frame gathers at most, bytes; a single message above it travels alone.
   *
   * @default 4 MiB
   */
  readonly frameBytesMax: number;
  /**
   * The largest frame that either end takes, bytes. A message that cannot fit is
   * dropped and logged as an error.
   *
   * @default 8 MiB
   */
  readonly wireBytesMax: number;
  /**
   * What one lane to one peer holds back, bytes; beyond it messages are dropped.
   *
   * @default 32 MiB
   */
  readonly queueBytesMax: number;
  /**
   * The same in messages.
   *
   * @default 4096
   */
  readonly queueMessagesMax: number;
  /**
   * Frames of one lane that are handed to the socket and not taken by it yet.
   *
   * @default 8
   */
  readonly framesInFlightMax: number;
  /**
   * A connection that has not introduced itself after this long is closed, ms.
   *
   * @default 2000
   */
  readonly handshakeTimeoutMs: number;
  /**
   * A dial that is neither taken nor refused after this long is given up, ms.
   *
   * @default 1000
   */
  readonly probeTimeoutMs: number;
  /**
   * Between two dials of a peer that was lost a moment ago, ms, up to a fifth more by chance.
   *
   * @default 50
   */
  readonly redialMs: number;
  /**
   * The same once twenty were in vain: the pause doubles up to this, ms.
   *
   * @default 400
   */
  readonly redialMsMax: number;
  /**
   * A connection that stood for this long is dialled again at once when it breaks;
   * after a shorter one there is a pause, ms.
   *
   * @default 1000
   */
  readonly steadyMs: number;
  /**
   * A quiet connection is asked for a sign of life this often, ms: a link that
   * was cut for long comes back as a new connection soon after it heals.
   *
   * @default 500
   */
  readonly pingMs: number;
  /**
   * A connection that owes a sign of life for this long is given up, ms. This
   * never makes a process count as gone.
   *
   * @default 1500
   */
  readonly pingTimeoutMs: number;
  /**
   * A connection that someone made to the peer port is closed after this long, ms, if no
   * peer has introduced itself on it and no whole call comes; one with a stream is asked for
   * a sign of life this often.
   *
   * @default 30000
   */
  readonly idleMs: number;
  /**
   * Connections that the peer port holds at most, whoever made them.
   *
   * @default 256
   */
  readonly connectionsMax: number;
  /**
   * How long a stop waits for peers to take the goodbye, ms.
   *
   * @default 200
   */
  readonly stopGraceMs: number;
}

const MEBIBYTE = 1024 * 1024;

/** What a frame needs beside the messages: its envelope, and room for the fields of each message. */
export const FRAME_OVERHEAD_BYTES: number = 64 * 1024;

const DEFAULTS: PeerLimits = {
  frameBytesMax: 4 * MEBIBYTE,
  wireBytesMax: 8 * MEBIBYTE,
  queueBytesMax: 32 * MEBIBYTE,
  queueMessagesMax: 4_096,
  framesInFlightMax: 8,
  handshakeTimeoutMs: 2_000,
  probeTimeoutMs: 1_000,
  redialMs: 50,
  redialMsMax: 400,
  steadyMs: 1_000,
  pingMs: 500,
  pingTimeoutMs: 1_500,
  idleMs: 30_000,
  connectionsMax: 256,
  stopGraceMs: 200,
};

/** A limit cannot work as it was given. */
export class InvalidPeerLimitError extends HoldfastError {
  readonly code = "INVALID_PEER_LIMIT";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** Fills in what is missing and refuses what cannot work. The result is frozen. */
export function resolvePeerLimits(given: Partial<PeerLimits> = {}): PeerLimits {
  const limits = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InvalidPeerLimitError(`${name} must be a whole number above 0, got ${value}`);
    }
  }
  if (limits.wireBytesMax < limits.frameBytesMax + FRAME_OVERHEAD_BYTES) {
    throw new InvalidPeerLimitError(
      `wireBytesMax must be at least frameBytesMax + ${FRAME_OVERHEAD_BYTES}, got ${limits.wireBytesMax}`,
    );
  }
  if (limits.redialMsMax < limits.redialMs) {
    throw new InvalidPeerLimitError("redialMsMax must be at least redialMs");
  }
  return Object.freeze(limits);
}
