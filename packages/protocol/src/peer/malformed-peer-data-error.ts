import { HoldfastError } from "@holdfast/base";

/** A peer sent bytes that are not of the agreed form: it is broken, hostile or of another version. */
export class MalformedPeerDataError extends HoldfastError {
  readonly code = "MALFORMED_PEER_DATA";
  readonly outcome = "not-applied";
  readonly retryable = false;
}
