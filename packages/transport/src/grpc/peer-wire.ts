import type {
  CallOptions,
  ChannelCredentials,
  ChannelOptions,
  Client,
  ClientDuplexStream,
  ClientUnaryCall,
  requestCallback,
  ServiceDefinition,
} from "@grpc/grpc-js";
import { loadProtocol } from "@holdfast/protocol";

/** `PeerIdentity` of `peer.proto` as the loader gives and takes it: 64-bit numbers are decimal strings. */
export interface WireIdentity {
  readonly protocol: number;
  readonly name: string;
  readonly store_id: string;
  readonly boot_id: string;
  readonly cluster_id: string;
  readonly member_id: string;
  readonly membership: Uint8Array;
  readonly heartbeat_ms: number;
  readonly election_timeout_ms: number;
  readonly peer_address: string;
  readonly client_address: string;
  readonly membership_uncommitted: boolean;
  readonly membership_confirmed: boolean;
}

/** `PeerFrame` of `peer.proto`; a received one may have neither field. */
export interface WireFrame {
  readonly identity?: WireIdentity | null;
  readonly messages?: Uint8Array | null;
}

/** `SnapshotRequest` of `peer.proto`. */
export interface WireSnapshotRequest {
  readonly cluster_id: string;
  readonly group_id: number;
  readonly from: string;
  readonly store_id: string;
  readonly to: string;
  readonly term: string;
  readonly epoch: string;
  readonly last_term: string;
  readonly last_index: string;
  readonly sequence: string;
}

/** `SnapshotChunk` of `peer.proto`. */
export interface WireSnapshotChunk {
  readonly sequence: string;
  readonly rows: Uint8Array;
  readonly crc: number;
  readonly end: { readonly rows: string; readonly bytes: string } | null;
}

/** The client side of one lane. */
export type WireStream = ClientDuplexStream<WireFrame, WireFrame>;

/** A client of the `Peer` service. */
export interface PeerClient extends Client {
  hello(
    request: WireIdentity,
    options: CallOptions,
    callback: requestCallback<WireIdentity>,
  ): ClientUnaryCall;
  exchange(): WireStream;
  fetchSnapshot(
    request: WireSnapshotRequest,
    options: CallOptions,
    callback: requestCallback<WireSnapshotChunk>,
  ): ClientUnaryCall;
}

type PeerClientConstructor = new (
  address: string,
  credentials: ChannelCredentials,
  options: ChannelOptions,
) => PeerClient;

/** The `Peer` service: what a client calls and what a server answers. */
export interface PeerService {
  readonly Client: PeerClientConstructor;
  readonly definition: ServiceDefinition;
}

let loaded: PeerService | undefined;

/** Reads `peer.proto`, once. */
export function peerService(): PeerService {
  loaded ??= loadPeerService();
  return loaded;
}

function loadPeerService(): PeerService {
  // The loader types what it read as a tree of unknowns; the file says that this is what stands there.
  const { holdfast } = loadProtocol("holdfast/v1/peer.proto") as unknown as {
    readonly holdfast: {
      readonly v1: {
        readonly Peer: PeerClientConstructor & { readonly service: ServiceDefinition };
      };
    };
  };
  return { Client: holdfast.v1.Peer, definition: holdfast.v1.Peer.service };
}
