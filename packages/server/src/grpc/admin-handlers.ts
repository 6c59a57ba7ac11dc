import { Metadata, type StatusObject, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { HoldfastError } from "@holdfast/base";
import {
  type AdminHandlers,
  RefusedRequestError,
  type WireAdminMember,
  type WireMembershipRequestRead,
  type WireStatus,
} from "@holdfast/protocol";
import type { MembershipRequest } from "@holdfast/replica";
import type { ClusterMember } from "@holdfast/service";
import type { MethodCalls } from "../requests/call-ledger.ts";
import type { ClusterParts } from "./cluster-handlers.ts";
import { checkedAddress, memberIdOf } from "./member-fields.ts";
import { unaryCall } from "./unary-call.ts";

/** holdfast.v1.Admin: the same service as etcd's Cluster, with all that Holdfast knows of a member. */
export function adminHandlers({
  cluster,
  ledger,
  logger,
}: ClusterParts): AdminHandlers & UntypedServiceImplementation {
  const method = (name: string): MethodCalls =>
    ledger.method({ service: "holdfast.v1.Admin", method: name, type: "unary" });
  return {
    ListMembers: unaryCall({
      calls: method("ListMembers"),
      logger,
      failed: inOwnWords,
      serve: ({ serializable }, context) =>
        cluster.members({ ...context, linearizable: !serializable }),
      encode: (members) => ({ members: members.map(wireMember) }),
    }),
    ChangeMembership: unaryCall({
      calls: method("ChangeMembership"),
      logger,
      failed: inOwnWords,
      serve: (request, context) => cluster.change(requestOf(request), context),
      encode: ({ member, members }) => ({ id: member, members: members.map(wireMember) }),
    }),
    MoveLeader: unaryCall({
      calls: method("MoveLeader"),
      logger,
      failed: inOwnWords,
      serve: ({ target_id }, context) =>
        cluster.moveLeader(target_id === "0" ? undefined : memberIdOf(target_id), context),
      encode: (leader) => ({ leader_id: leader }),
    }),
  };
}

function requestOf(wire: WireMembershipRequestRead): MembershipRequest {
  const { add, remove, promote, update } = wire;
  if (add) {
    const { name, learner } = add;
    const peerAddress = checkedAddress(add.peer_address);
    const clientAddress = optionalAddress(add.client_address);
    return { kind: "add", name, peerAddress, clientAddress, learner };
  }
  if (remove) return { kind: "remove", id: memberIdOf(remove.id) };
  if (promote) return { kind: "promote", id: memberIdOf(promote.id) };
  if (update) {
    const peerAddress = optionalAddress(update.peer_address);
    const clientAddress = optionalAddress(update.client_address);
    return { kind: "update", id: memberIdOf(update.id), peerAddress, clientAddress };
  }
  throw new RefusedRequestError("EMPTY_REQUEST_OP", "the request names no change");
}

function optionalAddress(address: string): string {
  return address === "" ? "" : checkedAddress(address);
}

function wireMember(member: ClusterMember): WireAdminMember {
  return {
    id: member.id,
    name: member.name,
    peer_address: member.peerAddress,
    client_address: member.clientAddress,
    learner: member.isLearner,
    promoting: member.isPromoting,
    replaces: member.replaces ?? 0,
    started: member.isStarted,
  };
}

/** etcd's texts are short; an operator of Holdfast is told what, why and what is known of the effect. */
function inOwnWords(failure: HoldfastError, { code }: WireStatus): Partial<StatusObject> {
  const metadata = new Metadata();
  metadata.set("holdfast-code", failure.code);
  metadata.set("holdfast-outcome", failure.outcome);
  metadata.set("holdfast-retryable", String(failure.retryable));
  return { code, details: failure.message, metadata };
}
