// Original file: proto/holdfast/v1/peer.proto

import type { PeerIdentity as _holdfast_v1_PeerIdentity, PeerIdentity__Output as _holdfast_v1_PeerIdentity__Output } from '../../holdfast/v1/PeerIdentity.ts';

export interface PeerFrame {
  'identity'?: (_holdfast_v1_PeerIdentity | null);
  /**
   * Peer messages, format version 1 (docs/peer-format.md).
   */
  'messages'?: (Buffer | Uint8Array | string);
  'frame'?: "identity"|"messages";
}

export interface PeerFrame__Output {
  'identity'?: (_holdfast_v1_PeerIdentity__Output | null);
  /**
   * Peer messages, format version 1 (docs/peer-format.md).
   */
  'messages'?: (Buffer);
  'frame'?: "identity"|"messages";
}
