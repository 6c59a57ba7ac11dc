// Original file: proto/holdfast/v1/peer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { PeerFrame as _holdfast_v1_PeerFrame, PeerFrame__Output as _holdfast_v1_PeerFrame__Output } from '../../holdfast/v1/PeerFrame.ts';
import type { PeerIdentity as _holdfast_v1_PeerIdentity, PeerIdentity__Output as _holdfast_v1_PeerIdentity__Output } from '../../holdfast/v1/PeerIdentity.ts';
import type { SnapshotChunk as _holdfast_v1_SnapshotChunk, SnapshotChunk__Output as _holdfast_v1_SnapshotChunk__Output } from '../../holdfast/v1/SnapshotChunk.ts';
import type { SnapshotRequest as _holdfast_v1_SnapshotRequest, SnapshotRequest__Output as _holdfast_v1_SnapshotRequest__Output } from '../../holdfast/v1/SnapshotRequest.ts';

/**
 * Between nodes, on the peer port. Only members of one cluster talk here.
 */
export interface PeerClient extends grpc.Client {
  /**
   * One direction of traffic, from the caller. The first frame each way is an identity; the answer to
   * another cluster, another protocol or an unknown store is FAILED_PRECONDITION with the reason.
   */
  Exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame__Output>;
  Exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame__Output>;
  /**
   * One direction of traffic, from the caller. The first frame each way is an identity; the answer to
   * another cluster, another protocol or an unknown store is FAILED_PRECONDITION with the reason.
   */
  exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame__Output>;
  exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame__Output>;
  
  /**
   * One chunk of a state that this node, as leader, offered to the caller; on a connection of its own. NOT_FOUND
   * with the reason: that state is not served any more. FAILED_PRECONDITION: as for Exchange.
   */
  FetchSnapshot(argument: _holdfast_v1_SnapshotRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  FetchSnapshot(argument: _holdfast_v1_SnapshotRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  FetchSnapshot(argument: _holdfast_v1_SnapshotRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  FetchSnapshot(argument: _holdfast_v1_SnapshotRequest, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  /**
   * One chunk of a state that this node, as leader, offered to the caller; on a connection of its own. NOT_FOUND
   * with the reason: that state is not served any more. FAILED_PRECONDITION: as for Exchange.
   */
  fetchSnapshot(argument: _holdfast_v1_SnapshotRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  fetchSnapshot(argument: _holdfast_v1_SnapshotRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  fetchSnapshot(argument: _holdfast_v1_SnapshotRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  fetchSnapshot(argument: _holdfast_v1_SnapshotRequest, callback: grpc.requestCallback<_holdfast_v1_SnapshotChunk__Output>): grpc.ClientUnaryCall;
  
  /**
   * Who are you? Answered by an unborn node too.
   */
  Hello(argument: _holdfast_v1_PeerIdentity, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  Hello(argument: _holdfast_v1_PeerIdentity, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  Hello(argument: _holdfast_v1_PeerIdentity, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  Hello(argument: _holdfast_v1_PeerIdentity, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  /**
   * Who are you? Answered by an unborn node too.
   */
  hello(argument: _holdfast_v1_PeerIdentity, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  hello(argument: _holdfast_v1_PeerIdentity, metadata: grpc.Metadata, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  hello(argument: _holdfast_v1_PeerIdentity, options: grpc.CallOptions, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  hello(argument: _holdfast_v1_PeerIdentity, callback: grpc.requestCallback<_holdfast_v1_PeerIdentity__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Between nodes, on the peer port. Only members of one cluster talk here.
 */
export interface PeerHandlers extends grpc.UntypedServiceImplementation {
  /**
   * One direction of traffic, from the caller. The first frame each way is an identity; the answer to
   * another cluster, another protocol or an unknown store is FAILED_PRECONDITION with the reason.
   */
  Exchange: grpc.handleBidiStreamingCall<_holdfast_v1_PeerFrame__Output, _holdfast_v1_PeerFrame>;
  
  /**
   * One chunk of a state that this node, as leader, offered to the caller; on a connection of its own. NOT_FOUND
   * with the reason: that state is not served any more. FAILED_PRECONDITION: as for Exchange.
   */
  FetchSnapshot: grpc.handleUnaryCall<_holdfast_v1_SnapshotRequest__Output, _holdfast_v1_SnapshotChunk>;
  
  /**
   * Who are you? Answered by an unborn node too.
   */
  Hello: grpc.handleUnaryCall<_holdfast_v1_PeerIdentity__Output, _holdfast_v1_PeerIdentity>;
  
}

export interface PeerDefinition extends grpc.ServiceDefinition {
  Exchange: MethodDefinition<_holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame__Output, _holdfast_v1_PeerFrame__Output>
  FetchSnapshot: MethodDefinition<_holdfast_v1_SnapshotRequest, _holdfast_v1_SnapshotChunk, _holdfast_v1_SnapshotRequest__Output, _holdfast_v1_SnapshotChunk__Output>
  Hello: MethodDefinition<_holdfast_v1_PeerIdentity, _holdfast_v1_PeerIdentity, _holdfast_v1_PeerIdentity__Output, _holdfast_v1_PeerIdentity__Output>
}
