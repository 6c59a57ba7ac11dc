import { type ClientUnaryCall, type ServiceError, status } from "@grpc/grpc-js";
import { type Millis, messageOf } from "@holdfast/base";
import type {
  PeerIdentity,
  SnapshotAnswer,
  SnapshotRequest,
  SnapshotSource,
} from "@holdfast/replica";
import { PeerSilentError } from "../peer-errors.ts";
import type { PeerLimits } from "../peer-limits.ts";
import { peerClientCredentials, peerClientOptions } from "./channel-options.ts";
import { type PeerClient, peerService, type WireSnapshotChunk } from "./peer-wire.ts";
import { decodeSnapshotChunk, encodeSnapshotRequest } from "./snapshot-codec.ts";

export interface GrpcSnapshotSourcePorts {
  /** `undefined`: the peer is not known. */
  readonly address: string | undefined;
  readonly limits: PeerLimits;
  readonly identity: () => PeerIdentity;
  closed(): void;
}

/** A channel of its own for one state, so that it shares no socket with heartbeats (decision 21). */
export class GrpcSnapshotSource implements SnapshotSource {
  readonly #ports: GrpcSnapshotSourcePorts;
  readonly #client: PeerClient | undefined;
  readonly #calls = new Set<ClientUnaryCall>();
  #closed = false;

  constructor(ports: GrpcSnapshotSourcePorts) {
    this.#ports = ports;
    const { address, limits } = ports;
    if (address === undefined) return;
    const { Client } = peerService();
    this.#client = new Client(address, peerClientCredentials(), peerClientOptions(limits));
  }

  ask(request: SnapshotRequest, timeoutMs: Millis): Promise<SnapshotAnswer> {
    const client = this.#client;
    if (client === undefined || this.#closed) {
      const why = this.#closed ? "the connection was closed" : "its address is not known";
      return Promise.reject(new PeerSilentError(`member ${request.to} gives no state: ${why}`));
    }
    return new Promise((resolve, reject) => {
      const wire = encodeSnapshotRequest(request, this.#ports.identity());
      const deadline = Date.now() + timeoutMs;
      const call = client.fetchSnapshot(wire, { deadline }, (failure, chunk) => {
        this.#calls.delete(call);
        try {
          resolve(answerOf(failure, chunk));
        } catch (cause) {
          const why = messageOf(cause);
          reject(new PeerSilentError(`member ${request.to} gives no state: ${why}`, { cause }));
        }
      });
      this.#calls.add(call);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // A channel that is closed lets its calls go on.
    for (const call of this.#calls) call.cancel();
    this.#client?.close();
    this.#ports.closed();
  }
}

/** @throws whatever is neither a chunk nor a definite no. */
function answerOf(
  failure: ServiceError | null,
  chunk: WireSnapshotChunk | undefined,
): SnapshotAnswer {
  if (failure === null && chunk !== undefined) {
    return { kind: "chunk", chunk: decodeSnapshotChunk(chunk) };
  }
  if (failure?.code === status.NOT_FOUND) return { kind: "gone", reason: failure.details };
  throw failure ?? new Error("an answer without a chunk");
}
