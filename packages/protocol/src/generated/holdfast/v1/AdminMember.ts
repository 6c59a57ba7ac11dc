// Original file: proto/holdfast/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface AdminMember {
  'id'?: (number | string | Long);
  /**
   * Empty: whoever joins from the peer address names it.
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
  /**
   * Its node has joined; false: it was added and is waited for.
   */
  'started'?: (boolean);
}

export interface AdminMember__Output {
  'id': (string);
  /**
   * Empty: whoever joins from the peer address names it.
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
  /**
   * Its node has joined; false: it was added and is waited for.
   */
  'started': (boolean);
}
