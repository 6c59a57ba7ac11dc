// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface AdminMember {
  'id'?: (number | string | Long);
  /**
   * Empty: not started yet.
   */
  'name'?: (string);
  'peer_address'?: (string);
  'client_address'?: (string);
  'learner'?: (boolean);
  /**
   * A learner that becomes a voter by itself.
   */
  'promoting'?: (boolean);
  /**
   * Leaves in the same change; 0: nobody.
   */
  'replaces'?: (number | string | Long);
}

export interface AdminMember__Output {
  'id': (string);
  /**
   * Empty: not started yet.
   */
  'name': (string);
  'peer_address': (string);
  'client_address': (string);
  'learner': (boolean);
  /**
   * A learner that becomes a voter by itself.
   */
  'promoting': (boolean);
  /**
   * Leaves in the same change; 0: nobody.
   */
  'replaces': (string);
}
