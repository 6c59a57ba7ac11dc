// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface UpdateMember {
  'id'?: (number | string | Long);
  /**
   * host:port; empty: as it is.
   */
  'peer_address'?: (string);
  /**
   * host:port; empty: as it is.
   */
  'client_address'?: (string);
}

export interface UpdateMember__Output {
  'id': (string);
  /**
   * host:port; empty: as it is.
   */
  'peer_address': (string);
  /**
   * host:port; empty: as it is.
   */
  'client_address': (string);
}
