import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { PeerClient as _holdfast_v1_PeerClient, PeerDefinition as _holdfast_v1_PeerDefinition } from './holdfast/v1/Peer.ts';
import type { PeerFrame as _holdfast_v1_PeerFrame, PeerFrame__Output as _holdfast_v1_PeerFrame__Output } from './holdfast/v1/PeerFrame.ts';
import type { PeerIdentity as _holdfast_v1_PeerIdentity, PeerIdentity__Output as _holdfast_v1_PeerIdentity__Output } from './holdfast/v1/PeerIdentity.ts';
import type { SnapshotChunk as _holdfast_v1_SnapshotChunk, SnapshotChunk__Output as _holdfast_v1_SnapshotChunk__Output } from './holdfast/v1/SnapshotChunk.ts';
import type { SnapshotEnd as _holdfast_v1_SnapshotEnd, SnapshotEnd__Output as _holdfast_v1_SnapshotEnd__Output } from './holdfast/v1/SnapshotEnd.ts';
import type { SnapshotRequest as _holdfast_v1_SnapshotRequest, SnapshotRequest__Output as _holdfast_v1_SnapshotRequest__Output } from './holdfast/v1/SnapshotRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  holdfast: {
    v1: {
      /**
       * Between nodes, on the peer port. Only members of one cluster talk here.
       */
      Peer: SubtypeConstructor<typeof grpc.Client, _holdfast_v1_PeerClient> & { service: _holdfast_v1_PeerDefinition }
      PeerFrame: MessageTypeDefinition<_holdfast_v1_PeerFrame, _holdfast_v1_PeerFrame__Output>
      PeerIdentity: MessageTypeDefinition<_holdfast_v1_PeerIdentity, _holdfast_v1_PeerIdentity__Output>
      SnapshotChunk: MessageTypeDefinition<_holdfast_v1_SnapshotChunk, _holdfast_v1_SnapshotChunk__Output>
      SnapshotEnd: MessageTypeDefinition<_holdfast_v1_SnapshotEnd, _holdfast_v1_SnapshotEnd__Output>
      SnapshotRequest: MessageTypeDefinition<_holdfast_v1_SnapshotRequest, _holdfast_v1_SnapshotRequest__Output>
    }
  }
}

