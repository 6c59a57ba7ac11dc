import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddMember as _holdfast_v1_AddMember, AddMember__Output as _holdfast_v1_AddMember__Output } from './holdfast/v1/AddMember.ts';
import type { AdminClient as _holdfast_v1_AdminClient, AdminDefinition as _holdfast_v1_AdminDefinition } from './holdfast/v1/Admin.ts';
import type { AdminMember as _holdfast_v1_AdminMember, AdminMember__Output as _holdfast_v1_AdminMember__Output } from './holdfast/v1/AdminMember.ts';
import type { ChangeMembershipReply as _holdfast_v1_ChangeMembershipReply, ChangeMembershipReply__Output as _holdfast_v1_ChangeMembershipReply__Output } from './holdfast/v1/ChangeMembershipReply.ts';
import type { ChangeMembershipRequest as _holdfast_v1_ChangeMembershipRequest, ChangeMembershipRequest__Output as _holdfast_v1_ChangeMembershipRequest__Output } from './holdfast/v1/ChangeMembershipRequest.ts';
import type { ListMembersReply as _holdfast_v1_ListMembersReply, ListMembersReply__Output as _holdfast_v1_ListMembersReply__Output } from './holdfast/v1/ListMembersReply.ts';
import type { ListMembersRequest as _holdfast_v1_ListMembersRequest, ListMembersRequest__Output as _holdfast_v1_ListMembersRequest__Output } from './holdfast/v1/ListMembersRequest.ts';
import type { MoveLeaderReply as _holdfast_v1_MoveLeaderReply, MoveLeaderReply__Output as _holdfast_v1_MoveLeaderReply__Output } from './holdfast/v1/MoveLeaderReply.ts';
import type { MoveLeaderRequest as _holdfast_v1_MoveLeaderRequest, MoveLeaderRequest__Output as _holdfast_v1_MoveLeaderRequest__Output } from './holdfast/v1/MoveLeaderRequest.ts';
import type { PromoteMember as _holdfast_v1_PromoteMember, PromoteMember__Output as _holdfast_v1_PromoteMember__Output } from './holdfast/v1/PromoteMember.ts';
import type { RemoveMember as _holdfast_v1_RemoveMember, RemoveMember__Output as _holdfast_v1_RemoveMember__Output } from './holdfast/v1/RemoveMember.ts';
import type { UpdateMember as _holdfast_v1_UpdateMember, UpdateMember__Output as _holdfast_v1_UpdateMember__Output } from './holdfast/v1/UpdateMember.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  holdfast: {
    v1: {
      AddMember: MessageTypeDefinition<_holdfast_v1_AddMember, _holdfast_v1_AddMember__Output>
      /**
       * What an operator asks of a cluster. Any node takes any call and passes it on to the leader.
       * 
       * A refusal's trailing metadata say what its status cannot: `holdfast-code`, stable, such as
       * LEARNER_NOT_READY; `holdfast-outcome`, "not-applied", "applied" or "unknown"; `holdfast-retryable`, "true" or "false".
       */
      Admin: SubtypeConstructor<typeof grpc.Client, _holdfast_v1_AdminClient> & { service: _holdfast_v1_AdminDefinition }
      AdminMember: MessageTypeDefinition<_holdfast_v1_AdminMember, _holdfast_v1_AdminMember__Output>
      ChangeMembershipReply: MessageTypeDefinition<_holdfast_v1_ChangeMembershipReply, _holdfast_v1_ChangeMembershipReply__Output>
      ChangeMembershipRequest: MessageTypeDefinition<_holdfast_v1_ChangeMembershipRequest, _holdfast_v1_ChangeMembershipRequest__Output>
      ListMembersReply: MessageTypeDefinition<_holdfast_v1_ListMembersReply, _holdfast_v1_ListMembersReply__Output>
      ListMembersRequest: MessageTypeDefinition<_holdfast_v1_ListMembersRequest, _holdfast_v1_ListMembersRequest__Output>
      MoveLeaderReply: MessageTypeDefinition<_holdfast_v1_MoveLeaderReply, _holdfast_v1_MoveLeaderReply__Output>
      MoveLeaderRequest: MessageTypeDefinition<_holdfast_v1_MoveLeaderRequest, _holdfast_v1_MoveLeaderRequest__Output>
      PromoteMember: MessageTypeDefinition<_holdfast_v1_PromoteMember, _holdfast_v1_PromoteMember__Output>
      RemoveMember: MessageTypeDefinition<_holdfast_v1_RemoveMember, _holdfast_v1_RemoveMember__Output>
      UpdateMember: MessageTypeDefinition<_holdfast_v1_UpdateMember, _holdfast_v1_UpdateMember__Output>
    }
  }
}

