// Original file: proto/holdfast/v1/admin.proto

import type { AdminMember as _holdfast_v1_AdminMember, AdminMember__Output as _holdfast_v1_AdminMember__Output } from '../../holdfast/v1/AdminMember.ts';
import type { Long } from '@grpc/proto-loader';

export interface ChangeMembershipReply {
  /**
   * The member that was added or changed; of a removal the one that left.
   */
  'id'?: (number | string | Long);
  'members'?: (_holdfast_v1_AdminMember)[];
}

export interface ChangeMembershipReply__Output {
  /**
   * The member that was added or changed; of a removal the one that left.
   */
  'id': (string);
  'members': (_holdfast_v1_AdminMember__Output)[];
}
