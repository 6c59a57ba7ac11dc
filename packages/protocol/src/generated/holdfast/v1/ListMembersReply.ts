// Original file: proto/holdfast/v1/admin.proto

import type { AdminMember as _holdfast_v1_AdminMember, AdminMember__Output as _holdfast_v1_AdminMember__Output } from '../../holdfast/v1/AdminMember.ts';

export interface ListMembersReply {
  'members'?: (_holdfast_v1_AdminMember)[];
}

export interface ListMembersReply__Output {
  'members': (_holdfast_v1_AdminMember__Output)[];
}
