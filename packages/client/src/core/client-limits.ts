/** Every bound and pace of a client. Callers give some; {@link CLIENT_LIMITS} has the rest. */
export interface ClientLimits {
  /** Operations in flight at most, by sequence (decision 18); a node may ask for less. */
  readonly window: number;
  /** Encoded bytes of batches in flight at most. */
  readonly inFlightBytesMax: number;
  /** Operations that wait for the window or a connection at most; over it `OVERLOADED`. */
  readonly queueOperationsMax: number;
  /** Their bytes at most. */
  readonly queueBytesMax: number;
  /** Operations of one frame at most; more make several frames. */
  readonly batchOperationsMax: number;
  /** Bytes of one frame at most, unless a single operation is larger. */
  readonly batchBytesMax: number;
  /** Bytes of one operation at most; over it `REQUEST_TOO_LARGE`. */
  readonly operationBytesMax: number;
  /** Addresses kept at most. */
  readonly addressesMax: number;
  /** A stream must be opened within this, ms. */
  readonly openMs: number;
  /** With something in flight and no word from the node for this long, another node is tried, ms. */
  readonly stallMs: number;
  /** The least and the greatest pause between attempts, ms; doubled in between, drawn from its upper half. */
  readonly backoffMs: { readonly least: number; readonly most: number };
  /** A session with nothing in flight for this long is replaced before its next write, ms: it may have expired. */
  readonly sessionIdleMs: number;
}

export const CLIENT_LIMITS: ClientLimits = Object.freeze({
  window: 8192,
  inFlightBytesMax: 16 * 1024 * 1024,
  queueOperationsMax: 65_536,
  queueBytesMax: 64 * 1024 * 1024,
  batchOperationsMax: 1024,
  batchBytesMax: 1024 * 1024,
  operationBytesMax: 1536 * 1024,
  addressesMax: 64,
  openMs: 1500,
  stallMs: 2000,
  backoffMs: Object.freeze({ least: 50, most: 500 }),
  sessionIdleMs: 600_000,
});
