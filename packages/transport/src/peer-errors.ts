import { HoldfastError } from "@holdfast/base";

/** Another process listens on the peer port. */
export class PeerPortTakenError extends HoldfastError {
  readonly code = "PEER_PORT_TAKEN";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(address: string, options: { readonly cause: unknown }) {
    super(
      `peer port ${address} is taken by another process; stop that process or give this node another peer address`,
      options,
    );
  }
}

/** The peer address cannot be listened on or read as `host:port`. */
export class PeerAddressError extends HoldfastError {
  readonly code = "PEER_ADDRESS";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** Nobody answered at a peer address, or not with an identity. */
export class PeerSilentError extends HoldfastError {
  readonly code = "PEER_SILENT";
  readonly outcome = "not-applied";
  readonly retryable = true;
}
