import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import type { Outcome } from "@holdfast/base";
import {
  type AdminClient,
  loadProtocol,
  type WireAdminMemberRead,
  type WireMembershipRequest,
} from "@holdfast/protocol";
import type { AdminNode } from "../core/cluster-admin.ts";
import type {
  ClusterMember,
  MembershipChange,
  MembershipChanged,
} from "../core/cluster-membership.ts";
import { RequestError } from "../core/request-error.ts";
import { CHANNEL_OPTIONS } from "./channel-options.ts";
import type { EndpointCall } from "./etcd-endpoint.ts";
import { failureReason, wasNeverSent } from "./failure-reason.ts";

interface AdminProtocol {
  readonly holdfast: {
    readonly v1: {
      readonly Admin: new (
        address: string,
        channelCredentials: ChannelCredentials,
        options: ChannelOptions,
      ) => AdminClient;
    };
  };
}

/** One node, asked by `holdfast.v1.Admin` what only an operator asks; it passes it on to the leader. */
export class AdminEndpoint implements AdminNode {
  readonly address: string;
  readonly #client: AdminClient;

  constructor(address: string) {
    this.address = address;
    this.#client = new (loadAdminProtocol().holdfast.v1.Admin)(
      address,
      credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  /** Everybody who takes part. @throws RequestError with the node's refusal. */
  async members({
    serializable = false,
    ...call
  }: EndpointCall & { readonly serializable?: boolean }): Promise<readonly ClusterMember[]> {
    const { members } = await this.#ask<{ members: WireAdminMemberRead[] }>((settle) =>
      this.#client.ListMembers({ serializable }, new Metadata(), deadlineOf(call), settle),
    );
    return members.map(memberOf);
  }

  /** Resolves once the change is committed. @throws RequestError with the leader's refusal. */
  async change(change: MembershipChange, call: EndpointCall): Promise<MembershipChanged> {
    const request = wireChange(change);
    const reply = await this.#ask<{ id: string; members: WireAdminMemberRead[] }>((settle) =>
      this.#client.ChangeMembership(request, new Metadata(), deadlineOf(call), settle),
    );
    return { id: Number(reply.id), members: reply.members.map(memberOf) };
  }

  /** Resolves with the leader once it leads. @throws RequestError with the leader's refusal. */
  async moveLeader(target: number | undefined, call: EndpointCall): Promise<number> {
    const request = { target_id: target ?? 0 };
    const { leader_id } = await this.#ask<{ leader_id: string }>((settle) =>
      this.#client.MoveLeader(request, new Metadata(), deadlineOf(call), settle),
    );
    return Number(leader_id);
  }

  close(): void {
    this.#client.close();
  }

  #ask<Reply>(
    start: (settle: (error: ServiceError | null, reply?: Reply) => void) => unknown,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      start((error, reply) => {
        if (error === null && reply !== undefined) resolve(reply);
        else reject(requestErrorOf(this.address, error));
      });
    });
  }
}

function memberOf(wire: WireAdminMemberRead): ClusterMember {
  return {
    id: Number(wire.id),
    name: wire.name,
    peerAddress: wire.peer_address,
    clientAddress: wire.client_address,
    isStarted: wire.started,
    isLearner: wire.learner,
    isPromoting: wire.promoting,
    replaces: wire.replaces === "0" ? undefined : Number(wire.replaces),
  };
}

function wireChange(change: MembershipChange): WireMembershipRequest {
  switch (change.kind) {
    case "add": {
      const { name, peerAddress, clientAddress = "", learner = false } = change;
      return { add: { name, peer_address: peerAddress, client_address: clientAddress, learner } };
    }
    case "remove":
      return { remove: { id: change.id } };
    case "promote":
      return { promote: { id: change.id } };
    case "update": {
      const { id, peerAddress = "", clientAddress = "" } = change;
      return { update: { id, peer_address: peerAddress, client_address: clientAddress } };
    }
  }
}

const DEADLINE_EXCEEDED = 4;
const UNIMPLEMENTED = 12;
const OUTCOMES: ReadonlySet<string> = new Set(["not-applied", "applied", "unknown"]);

/** A refusal carries its code and outcome; where nothing does, the connection broke or the node knows no Admin. */
function requestErrorOf(address: string, error: ServiceError | null): RequestError {
  const told = (name: string): string => error?.metadata?.get(name)[0]?.toString() ?? "";
  const code = told("holdfast-code");
  const outcome = told("holdfast-outcome");
  if (error !== null && code !== "" && OUTCOMES.has(outcome)) {
    return new RequestError({
      code,
      message: error.details,
      outcome: outcome as Outcome,
      retryable: told("holdfast-retryable") === "true",
      cause: error,
    });
  }
  const isRefusal = error?.code === UNIMPLEMENTED;
  const notSent = error !== null && (isRefusal || wasNeverSent(error));
  const reason = error === null ? "the node answered nothing" : failureReason(error);
  return new RequestError({
    code: error?.code === DEADLINE_EXCEEDED ? "TIMEOUT" : "UNAVAILABLE",
    message: `${address}: ${reason}`,
    outcome: notSent ? "not-applied" : "unknown",
    retryable: !isRefusal,
    cause: error ?? undefined,
  });
}

/** gRPC takes deadlines by the wall clock. */
function deadlineOf({ timeoutMs }: EndpointCall): { readonly deadline: number } {
  return { deadline: Date.now() + timeoutMs };
}

/** Read from its files once; it never changes. */
let adminProtocol: AdminProtocol | undefined;

function loadAdminProtocol(): AdminProtocol {
  adminProtocol ??= loadProtocol("holdfast/v1/admin.proto") as unknown as AdminProtocol;
  return adminProtocol;
}
