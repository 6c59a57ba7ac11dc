// Original file: proto/holdfast/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface PeerIdentity {
  /**
   * The version of this conversation: 1.
   */
  'protocol'?: (number);
  'name'?: (string);
  /**
   * 32 hexadecimal digits.
   */
  'store_id'?: (string);
  /**
   * 32 hexadecimal digits.
   */
  'boot_id'?: (string);
  /**
   * 0: unborn.
   */
  'cluster_id'?: (number | string | Long);
  'member_id'?: (number | string | Long);
  /**
   * The encoded membership in force; empty while unborn.
   */
  'membership'?: (Buffer | Uint8Array | string);
  'heartbeat_ms'?: (number);
  'election_timeout_ms'?: (number);
  /**
   * Where the node is configured to listen, host:port.
   */
  'peer_address'?: (string);
  'client_address'?: (string);
  /**
   * The membership may still be rolled back: nobody joins by it.
   */
  'membership_uncommitted'?: (boolean);
  /**
   * Nothing is missing from the membership that was committed before this was asked. Told to who takes itself for a
   * member, and is not named by it.
   */
  'membership_confirmed'?: (boolean);
}

export interface PeerIdentity__Output {
  /**
   * The version of this conversation: 1.
   */
  'protocol': (number);
  'name': (string);
  /**
   * 32 hexadecimal digits.
   */
  'store_id': (string);
  /**
   * 32 hexadecimal digits.
   */
  'boot_id': (string);
  /**
   * 0: unborn.
   */
  'cluster_id': (string);
  'member_id': (string);
  /**
   * The encoded membership in force; empty while unborn.
   */
  'membership': (Buffer);
  'heartbeat_ms': (number);
  'election_timeout_ms': (number);
  /**
   * Where the node is configured to listen, host:port.
   */
  'peer_address': (string);
  'client_address': (string);
  /**
   * The membership may still be rolled back: nobody joins by it.
   */
  'membership_uncommitted': (boolean);
  /**
   * Nothing is missing from the membership that was committed before this was asked. Told to who takes itself for a
   * member, and is not named by it.
   */
  'membership_confirmed': (boolean);
}
