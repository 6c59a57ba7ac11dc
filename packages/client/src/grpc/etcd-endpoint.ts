import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import type { Outcome } from "@holdfast/base";
import type { EtcdProtocol } from "@holdfast/protocol";
import type { EndpointStatus } from "../core/cluster-status.ts";
import { Entry } from "../core/entry.ts";
import { type BytesLike, toBytes, toKey } from "../core/key-selector.ts";
import { RequestError } from "../core/request-error.ts";
import { CHANNEL_OPTIONS } from "./channel-options.ts";
import { loadEtcdProtocol } from "./etcd-protocol.ts";
import { failureReason } from "./failure-reason.ts";
import { pairOf, type WireKeyValue } from "./wire-key-value.ts";

/** A call to one node. */
export interface EndpointCall {
  readonly timeoutMs: number;
}

export interface EndpointRead extends EndpointCall {
  /** @default false: linearizable */
  readonly serializable?: boolean;
}

/** What a node has, in one number. */
export interface EndpointHash {
  readonly hash: number;
  /** The revision that was hashed. */
  readonly revision: number;
  /** -1 as long as nothing was compacted. */
  readonly compactRevision: number;
}

/** What is left of a lease. */
export interface EndpointLease {
  readonly remainingSeconds: number;
  readonly grantedSeconds: number;
  /** What hangs on it, in order; empty unless asked for. */
  readonly keys: readonly Uint8Array[];
}

/** A part of the file that a snapshot is. */
export interface SnapshotPart {
  readonly bytes: Uint8Array;
  /** What follows, roughly; 0 at the end. */
  readonly remainingBytes: number;
}

/** What keeps a cluster from taking writes. */
export interface EndpointAlarm {
  /** Whose it is; 0: nobody knows whose. */
  readonly member: bigint;
  readonly kind: "NOSPACE" | "CORRUPT";
}

type LeaseClient = InstanceType<EtcdProtocol["etcdserverpb"]["Lease"]>;
type KvClient = InstanceType<EtcdProtocol["etcdserverpb"]["KV"]>;
type MaintenanceClient = InstanceType<EtcdProtocol["etcdserverpb"]["Maintenance"]>;

/**
 * One node, spoken to by etcd's unary calls over a connection of its own.
 *
 * For status, and for tests and measurements that must know which node answered.
 * It neither retries nor changes the node; applications want {@link connect}.
 */
export class EtcdEndpoint {
  readonly address: string;
  readonly #kv: KvClient;
  readonly #maintenance: MaintenanceClient;
  readonly #lease: LeaseClient;

  constructor(address: string) {
    const { etcdserverpb } = loadEtcdProtocol();
    this.address = address;
    this.#kv = new etcdserverpb.KV(address, credentials.createInsecure(), CHANNEL_OPTIONS);
    this.#lease = new etcdserverpb.Lease(address, credentials.createInsecure(), CHANNEL_OPTIONS);
    this.#maintenance = new etcdserverpb.Maintenance(
      address,
      credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  /** @throws RequestError with the node's refusal; its code is gRPC's, such as `UNAVAILABLE`. */
  async put(
    key: BytesLike,
    value: BytesLike,
    call: EndpointCall,
  ): Promise<{ readonly revision: number }> {
    const request = { key: toKey(key), value: toBytes(value) };
    const response = await this.#ask<{ header: { revision: string } | null }>((settle) =>
      this.#kv.Put(request, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    return { revision: Number(response.header?.revision ?? 0) };
  }

  /** Reads one value. @throws RequestError with the node's refusal. */
  async get(key: BytesLike, call: EndpointRead): Promise<Uint8Array | undefined> {
    return (await this.read(key, call)).entry?.value;
  }

  /** Reads one key, with the store's revision when it was read. @throws RequestError with the node's refusal. */
  async read(
    key: BytesLike,
    call: EndpointRead,
  ): Promise<{ readonly revision: number; readonly entry: Entry | undefined }> {
    const request = { key: toKey(key), serializable: call.serializable ?? false };
    const response = await this.#ask<WireRange>((settle) =>
      this.#kv.Range(request, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    const [kv] = response.kvs;
    const entry = kv === undefined ? undefined : new Entry(pairOf(kv));
    return { revision: Number(response.header?.revision ?? 0), entry };
  }

  /**
   * Gives up all revisions before one, everywhere; `physical` waits until the place that
   * they took on this node is free.
   *
   * @throws RequestError with the node's refusal.
   */
  async compact(
    revision: number,
    call: EndpointCall & { readonly physical?: boolean },
  ): Promise<{ readonly revision: number }> {
    const request = { revision, physical: call.physical ?? false };
    const response = await this.#ask<{ header: { revision: string } | null }>((settle) =>
      this.#kv.Compact(request, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    return { revision: Number(response.header?.revision ?? 0) };
  }

  /** What is left of a lease, `undefined` if there is none. @throws RequestError with the node's refusal. */
  async timeToLive(
    id: bigint,
    call: EndpointCall & { readonly keys?: boolean },
  ): Promise<EndpointLease | undefined> {
    const request = { ID: id.toString(), keys: call.keys ?? false };
    const { TTL, grantedTTL, keys } = await this.#ask<WireTimeToLive>((settle) =>
      this.#lease.LeaseTimeToLive(request, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    if (Number(TTL) < 0) return undefined;
    return { remainingSeconds: Number(TTL), grantedSeconds: Number(grantedTTL), keys };
  }

  /** All leases that the node knows, those that end soonest first where it knows that. @throws RequestError */
  async leases(call: EndpointCall): Promise<readonly bigint[]> {
    const { leases } = await this.#ask<{ leases: { ID: string }[] }>((settle) =>
      this.#lease.LeaseLeases({}, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    return leases.map(({ ID }) => BigInt(ID));
  }

  /** The hash of all the node has up to `revision`, 0 for all. @throws RequestError with the node's refusal. */
  async hashKv(revision: number, call: EndpointCall): Promise<EndpointHash> {
    const response = await this.#ask<WireHashKv>((settle) =>
      this.#maintenance.HashKV(
        { revision },
        new Metadata(),
        { deadline: deadlineOf(call) },
        settle,
      ),
    );
    return {
      hash: response.hash,
      revision: Number(response.hash_revision),
      compactRevision: Number(response.compact_revision),
    };
  }

  /**
   * A copy of all the node has, as the parts of a file. The stream ends early where nobody takes the next part.
   *
   * @throws RequestError with the node's refusal.
   */
  async *snapshot(): AsyncGenerator<SnapshotPart> {
    const call = this.#maintenance.Snapshot({});
    try {
      for await (const message of call as AsyncIterable<WireSnapshot>) {
        yield { bytes: message.blob, remainingBytes: Number(message.remaining_bytes) };
      }
    } catch (failure) {
      throw requestErrorOf(this.address, failure as ServiceError);
    } finally {
      call.cancel();
    }
  }

  /** All alarms that stand. @throws RequestError with the node's refusal. */
  alarms(call: EndpointCall): Promise<readonly EndpointAlarm[]> {
    return this.#alarm({ action: "GET" }, call);
  }

  /** Ends an alarm; whether it was there. @throws RequestError with the node's refusal. */
  async disarm({ member, kind }: EndpointAlarm, call: EndpointCall): Promise<boolean> {
    const request = { action: "DEACTIVATE", memberID: member.toString(), alarm: kind } as const;
    return (await this.#alarm(request, call)).length > 0;
  }

  async #alarm(
    request: Parameters<MaintenanceClient["Alarm"]>[0],
    call: EndpointCall,
  ): Promise<readonly EndpointAlarm[]> {
    const { alarms } = await this.#ask<{ alarms: WireAlarm[] }>((settle) =>
      this.#maintenance.Alarm(request, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    return alarms.flatMap(({ memberID, alarm }) =>
      alarm === "NONE" ? [] : [{ member: BigInt(memberID), kind: alarm }],
    );
  }

  /** How the node is; `down` with the reason where it does not answer. */
  async status(call: EndpointCall): Promise<EndpointStatus> {
    const endpoint = this.address;
    const answer = await unary<WireStatus>((settle) =>
      this.#maintenance.Status({}, new Metadata(), { deadline: deadlineOf(call) }, settle),
    );
    if ("response" in answer) return statusOf(endpoint, answer.response);
    return { kind: "down", endpoint, reason: reasonOf(answer.error) };
  }

  close(): void {
    this.#kv.close();
    this.#lease.close();
    this.#maintenance.close();
  }

  async #ask<Response>(start: (settle: Settle<Response>) => unknown): Promise<Response> {
    const answer = await unary(start);
    if ("response" in answer) return answer.response;
    throw requestErrorOf(this.address, answer.error);
  }
}

interface WireTimeToLive {
  readonly TTL: string;
  readonly grantedTTL: string;
  readonly keys: readonly Uint8Array[];
}

interface WireSnapshot {
  readonly blob: Uint8Array;
  readonly remaining_bytes: string;
}

interface WireAlarm {
  readonly memberID: string;
  readonly alarm: EndpointAlarm["kind"] | "NONE";
}

interface WireHashKv {
  readonly hash: number;
  readonly compact_revision: string;
  readonly hash_revision: string;
}

interface WireRange {
  readonly header: { readonly revision: string } | null;
  readonly kvs: readonly WireKeyValue[];
}

interface WireStatus {
  readonly header: { cluster_id: string; member_id: string; revision: string } | null;
  readonly version: string;
  readonly dbSize: string;
  readonly leader: string;
  readonly raftIndex: string;
  readonly raftTerm: string;
  readonly raftAppliedIndex: string;
  readonly errors: string[];
  readonly isLearner: boolean;
}

function statusOf(endpoint: string, wire: WireStatus): EndpointStatus {
  const memberId = Number(wire.header?.member_id ?? 0);
  const leaderId = Number(wire.leader);
  return {
    kind: "up",
    endpoint,
    version: wire.version,
    clusterId: Number(wire.header?.cluster_id ?? 0),
    memberId,
    leaderId,
    isLeader: leaderId !== 0 && leaderId === memberId,
    isLearner: wire.isLearner,
    revision: Number(wire.header?.revision ?? 0),
    raftTerm: Number(wire.raftTerm),
    raftIndex: Number(wire.raftIndex),
    raftAppliedIndex: Number(wire.raftAppliedIndex),
    stateBytes: Number(wire.dbSize),
    errors: wire.errors,
  };
}

type Settle<Response> = (error: ServiceError | null, response?: Response) => void;

/** What came of a call; without an error where the node answered nothing. */
type Answer<Response> =
  | { readonly response: Response }
  | { readonly error: ServiceError | undefined };

function unary<Response>(start: (settle: Settle<Response>) => unknown): Promise<Answer<Response>> {
  return new Promise((resolve) => {
    start((error, response) => {
      if (response !== undefined && error === null) resolve({ response });
      else resolve({ error: error ?? undefined });
    });
  });
}

function reasonOf(error: ServiceError | undefined): string {
  return error === undefined ? "the node answered nothing" : failureReason(error);
}

/** Statuses with which a node says that it has not done it. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [3, "INVALID_ARGUMENT"],
  [5, "NOT_FOUND"],
  [8, "RESOURCE_EXHAUSTED"],
  [9, "FAILED_PRECONDITION"],
  [11, "OUT_OF_RANGE"],
  [12, "UNIMPLEMENTED"],
]);
const DEADLINE_EXCEEDED = 4;

function requestErrorOf(address: string, error: ServiceError | undefined): RequestError {
  const status = error?.code ?? 2;
  const refusal = REFUSALS.get(status);
  const reason = reasonOf(error);
  // The node's own words stay as they are; of a connection it must be said which one.
  const isOfNode = reason === error?.details;
  const outcome: Outcome = refusal === undefined ? "unknown" : "not-applied";
  return new RequestError({
    code: refusal ?? (status === DEADLINE_EXCEEDED ? "TIMEOUT" : "UNAVAILABLE"),
    message: isOfNode ? reason : `${address}: ${reason}`,
    outcome,
    retryable: refusal === undefined || refusal === "RESOURCE_EXHAUSTED",
    cause: error,
  });
}

/** gRPC takes deadlines by the wall clock. */
function deadlineOf({ timeoutMs }: EndpointCall): number {
  return Date.now() + timeoutMs;
}
