// Original file: proto/holdfast/v1/session.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { SessionReply as _holdfast_v1_SessionReply, SessionReply__Output as _holdfast_v1_SessionReply__Output } from '../../holdfast/v1/SessionReply.ts';
import type { SessionRequest as _holdfast_v1_SessionRequest, SessionRequest__Output as _holdfast_v1_SessionRequest__Output } from '../../holdfast/v1/SessionRequest.ts';

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
export interface SessionClient extends grpc.Client {
  Open(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_SessionRequest, _holdfast_v1_SessionReply__Output>;
  Open(options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_SessionRequest, _holdfast_v1_SessionReply__Output>;
  open(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_SessionRequest, _holdfast_v1_SessionReply__Output>;
  open(options?: grpc.CallOptions): grpc.ClientDuplexStream<_holdfast_v1_SessionRequest, _holdfast_v1_SessionReply__Output>;
  
}

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
export interface SessionHandlers extends grpc.UntypedServiceImplementation {
  Open: grpc.handleBidiStreamingCall<_holdfast_v1_SessionRequest__Output, _holdfast_v1_SessionReply>;
  
}

export interface SessionDefinition extends grpc.ServiceDefinition {
  Open: MethodDefinition<_holdfast_v1_SessionRequest, _holdfast_v1_SessionReply, _holdfast_v1_SessionRequest__Output, _holdfast_v1_SessionReply__Output>
}
