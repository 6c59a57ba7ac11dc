// Original file: proto/holdfast/v1/admin.proto

import type { AddMember as _holdfast_v1_AddMember, AddMember__Output as _holdfast_v1_AddMember__Output } from '../../holdfast/v1/AddMember.ts';
import type { RemoveMember as _holdfast_v1_RemoveMember, RemoveMember__Output as _holdfast_v1_RemoveMember__Output } from '../../holdfast/v1/RemoveMember.ts';
import type { PromoteMember as _holdfast_v1_PromoteMember, PromoteMember__Output as _holdfast_v1_PromoteMember__Output } from '../../holdfast/v1/PromoteMember.ts';
import type { UpdateMember as _holdfast_v1_UpdateMember, UpdateMember__Output as _holdfast_v1_UpdateMember__Output } from '../../holdfast/v1/UpdateMember.ts';

export interface ChangeMembershipRequest {
  'add'?: (_holdfast_v1_AddMember | null);
  'remove'?: (_holdfast_v1_RemoveMember | null);
  'promote'?: (_holdfast_v1_PromoteMember | null);
  'update'?: (_holdfast_v1_UpdateMember | null);
  'change'?: "add"|"remove"|"promote"|"update";
}

export interface ChangeMembershipRequest__Output {
  'add'?: (_holdfast_v1_AddMember__Output | null);
  'remove'?: (_holdfast_v1_RemoveMember__Output | null);
  'promote'?: (_holdfast_v1_PromoteMember__Output | null);
  'update'?: (_holdfast_v1_UpdateMember__Output | null);
  'change'?: "add"|"remove"|"promote"|"update";
}
