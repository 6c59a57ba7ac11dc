// Original file: proto/holdfast/v1/admin.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ChangeMembershipReply as _holdfast_v1_ChangeMembershipReply, ChangeMembershipReply__Output as _holdfast_v1_ChangeMembershipReply__Output } from '../../holdfast/v1/ChangeMembershipReply.ts';
import type { ChangeMembershipRequest as _holdfast_v1_ChangeMembershipRequest, ChangeMembershipRequest__Output as _holdfast_v1_ChangeMembershipRequest__Output } from '../../holdfast/v1/ChangeMembershipRequest.ts';
import type { ListMembersReply as _holdfast_v1_ListMembersReply, ListMembersReply__Output as _holdfast_v1_ListMembersReply__Output } from '../../holdfast/v1/ListMembersReply.ts';
import type { ListMembersRequest as _holdfast_v1_ListMembersRequest, ListMembersRequest__Output as _holdfast_v1_ListMembersRequest__Output } from '../../holdfast/v1/ListMembersRequest.ts';
import type { MoveLeaderReply as _holdfast_v1_MoveLeaderReply, MoveLeaderReply__Output as _holdfast_v1_MoveLeaderReply__Output } from '../../holdfast/v1/MoveLeaderReply.ts';
import type { MoveLeaderRequest as _holdfast_v1_MoveLeaderRequest, MoveLeaderRequest__Output as _holdfast_v1_MoveLeaderRequest__Output } from '../../holdfast/v1/MoveLeaderRequest.ts';

/**
 * What an operator asks of a cluster. Any node takes any call and passes it on to the leader.
 * 
 * A refusal's trailing metadata say what its status cannot: `holdfast-code`, stable, such as
 * LEARNER_NOT_READY; `holdfast-outcome`, "not-applied", "applied" or "unknown"; `holdfast-retryable`, "true" or "false".
 */
export interface AdminClient extends grpc.Client {
  /**
   * Answers once the change is committed: an added voter is then a learner that becomes a voter by
   * itself when it has caught up, and its node may be started before or after.
   */
  ChangeMembership(argument: _holdfast_v1_ChangeMembershipRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  ChangeMembership(argument: _holdfast_v1_ChangeMembershipRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  ChangeMembership(argument: _holdfast_v1_ChangeMembershipRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  ChangeMembership(argument: _holdfast_v1_ChangeMembershipRequest, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  /**
   * Answers once the change is committed: an added voter is then a learner that becomes a voter by
   * itself when it has caught up, and its node may be started before or after.
   */
  changeMembership(argument: _holdfast_v1_ChangeMembershipRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  changeMembership(argument: _holdfast_v1_ChangeMembershipRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  changeMembership(argument: _holdfast_v1_ChangeMembershipRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  changeMembership(argument: _holdfast_v1_ChangeMembershipRequest, callback: grpc.requestCallback<_holdfast_v1_ChangeMembershipReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Everybody who takes part, caught up with the cluster first.
   */
  ListMembers(argument: _holdfast_v1_ListMembersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  ListMembers(argument: _holdfast_v1_ListMembersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  ListMembers(argument: _holdfast_v1_ListMembersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  ListMembers(argument: _holdfast_v1_ListMembersRequest, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  /**
   * Everybody who takes part, caught up with the cluster first.
   */
  listMembers(argument: _holdfast_v1_ListMembersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  listMembers(argument: _holdfast_v1_ListMembersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  listMembers(argument: _holdfast_v1_ListMembersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  listMembers(argument: _holdfast_v1_ListMembersRequest, callback: grpc.requestCallback<_holdfast_v1_ListMembersReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Hands leadership to another voter; answers when it leads.
   */
  MoveLeader(argument: _holdfast_v1_MoveLeaderRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  MoveLeader(argument: _holdfast_v1_MoveLeaderRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  MoveLeader(argument: _holdfast_v1_MoveLeaderRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  MoveLeader(argument: _holdfast_v1_MoveLeaderRequest, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  /**
   * Hands leadership to another voter; answers when it leads.
   */
  moveLeader(argument: _holdfast_v1_MoveLeaderRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  moveLeader(argument: _holdfast_v1_MoveLeaderRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  moveLeader(argument: _holdfast_v1_MoveLeaderRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  moveLeader(argument: _holdfast_v1_MoveLeaderRequest, callback: grpc.requestCallback<_holdfast_v1_MoveLeaderReply__Output>): grpc.ClientUnaryCall;
  
}

/**
 * What an operator asks of a cluster. Any node takes any call and passes it on to the leader.
 * 
 * A refusal's trailing metadata say what its status cannot: `holdfast-code`, stable, such as
 * LEARNER_NOT_READY; `holdfast-outcome`, "not-applied", "applied" or "unknown"; `holdfast-retryable`, "true" or "false".
 */
export interface AdminHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Answers once the change is committed: an added voter is then a learner that becomes a voter by
   * itself when it has caught up, and its node may be started before or after.
   */
  ChangeMembership: grpc.handleUnaryCall<_holdfast_v1_ChangeMembershipRequest__Output, _holdfast_v1_ChangeMembershipReply>;
  
  /**
   * Everybody who takes part, caught up with the cluster first.
   */
  ListMembers: grpc.handleUnaryCall<_holdfast_v1_ListMembersRequest__Output, _holdfast_v1_ListMembersReply>;
  
  /**
   * Hands leadership to another voter; answers when it leads.
   */
  MoveLeader: grpc.handleUnaryCall<_holdfast_v1_MoveLeaderRequest__Output, _holdfast_v1_MoveLeaderReply>;
  
}

export interface AdminDefinition extends grpc.ServiceDefinition {
  ChangeMembership: MethodDefinition<_holdfast_v1_ChangeMembershipRequest, _holdfast_v1_ChangeMembershipReply, _holdfast_v1_ChangeMembershipRequest__Output, _holdfast_v1_ChangeMembershipReply__Output>
  ListMembers: MethodDefinition<_holdfast_v1_ListMembersRequest, _holdfast_v1_ListMembersReply, _holdfast_v1_ListMembersRequest__Output, _holdfast_v1_ListMembersReply__Output>
  MoveLeader: MethodDefinition<_holdfast_v1_MoveLeaderRequest, _holdfast_v1_MoveLeaderReply, _holdfast_v1_MoveLeaderRequest__Output, _holdfast_v1_MoveLeaderReply__Output>
}
