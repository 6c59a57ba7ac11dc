import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { SessionClient as _holdfast_v1_SessionClient, SessionDefinition as _holdfast_v1_SessionDefinition } from './holdfast/v1/Session.ts';
import type { SessionEnd as _holdfast_v1_SessionEnd, SessionEnd__Output as _holdfast_v1_SessionEnd__Output } from './holdfast/v1/SessionEnd.ts';
import type { SessionFailure as _holdfast_v1_SessionFailure, SessionFailure__Output as _holdfast_v1_SessionFailure__Output } from './holdfast/v1/SessionFailure.ts';
import type { SessionReadResults as _holdfast_v1_SessionReadResults, SessionReadResults__Output as _holdfast_v1_SessionReadResults__Output } from './holdfast/v1/SessionReadResults.ts';
import type { SessionReply as _holdfast_v1_SessionReply, SessionReply__Output as _holdfast_v1_SessionReply__Output } from './holdfast/v1/SessionReply.ts';
import type { SessionRequest as _holdfast_v1_SessionRequest, SessionRequest__Output as _holdfast_v1_SessionRequest__Output } from './holdfast/v1/SessionRequest.ts';
import type { SessionResults as _holdfast_v1_SessionResults, SessionResults__Output as _holdfast_v1_SessionResults__Output } from './holdfast/v1/SessionResults.ts';
import type { SessionStart as _holdfast_v1_SessionStart, SessionStart__Output as _holdfast_v1_SessionStart__Output } from './holdfast/v1/SessionStart.ts';
import type { SessionStarted as _holdfast_v1_SessionStarted, SessionStarted__Output as _holdfast_v1_SessionStarted__Output } from './holdfast/v1/SessionStarted.ts';
import type { SessionTurn as _holdfast_v1_SessionTurn, SessionTurn__Output as _holdfast_v1_SessionTurn__Output } from './holdfast/v1/SessionTurn.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  holdfast: {
    v1: {
      /**
       * What the TypeScript SDK speaks: one stream, and in each message all that one turn of the client's
       * event loop asked for. Writes are applied exactly once per (session, sequence).
       * 
       * A stream serves one session, but starts without it: the server answers the start at once and asks no
       * other node. The client opens its session in the cluster by its first batch, which has sequence 1 and
       * holds session-open alone; it sends other batches once that one is answered. Like every batch the
       * opening may be sent again as it is, on this stream or another, and opens one session. A client that
       * only reads opens none; its reads wait for no opening.
       */
      Session: SubtypeConstructor<typeof grpc.Client, _holdfast_v1_SessionClient> & { service: _holdfast_v1_SessionDefinition }
      SessionEnd: MessageTypeDefinition<_holdfast_v1_SessionEnd, _holdfast_v1_SessionEnd__Output>
      SessionFailure: MessageTypeDefinition<_holdfast_v1_SessionFailure, _holdfast_v1_SessionFailure__Output>
      SessionReadResults: MessageTypeDefinition<_holdfast_v1_SessionReadResults, _holdfast_v1_SessionReadResults__Output>
      SessionReply: MessageTypeDefinition<_holdfast_v1_SessionReply, _holdfast_v1_SessionReply__Output>
      SessionRequest: MessageTypeDefinition<_holdfast_v1_SessionRequest, _holdfast_v1_SessionRequest__Output>
      SessionResults: MessageTypeDefinition<_holdfast_v1_SessionResults, _holdfast_v1_SessionResults__Output>
      SessionStart: MessageTypeDefinition<_holdfast_v1_SessionStart, _holdfast_v1_SessionStart__Output>
      SessionStarted: MessageTypeDefinition<_holdfast_v1_SessionStarted, _holdfast_v1_SessionStarted__Output>
      SessionTurn: MessageTypeDefinition<_holdfast_v1_SessionTurn, _holdfast_v1_SessionTurn__Output>
    }
  }
}

