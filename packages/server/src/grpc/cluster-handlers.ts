import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import {
  type ClusterHandlers,
  encodeHeader,
  RefusedRequestError,
  type WireHeader,
  type WireMember,
} from "@holdfast/protocol";
import type { ClusterMember, ClusterService, Headers, MembershipChange } from "@holdfast/service";
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";
import { memberIdOf, peerAddressOf } from "./member-fields.ts";
import { unaryCall } from "./unary-call.ts";

export interface ClusterParts {
  readonly cluster: ClusterService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

/** etcdserverpb.Cluster. Its headers carry no revision. */
export function clusterHandlers(
  parts: ClusterParts,
): ClusterHandlers & UntypedServiceImplementation {
  const { cluster, headers, ledger, logger } = parts;
  const header = (): WireHeader => encodeHeader(headers.at(0));
  const changed = ({ members }: MembershipChange) => ({
    header: header(),
    members: members.map(wireMember),
  });
  return {
    MemberList: unaryCall({
      calls: clusterMethod(ledger, "MemberList"),
      logger,
      serve: ({ linearizable }, { timeoutMs, requireLeader }) =>
        cluster.members({ linearizable, timeoutMs, requireLeader }),
      encode: (members) => ({ header: header(), members: members.map(wireMember) }),
    }),
    MemberAdd: unaryCall({
      calls: clusterMethod(ledger, "MemberAdd"),
      logger,
      serve: ({ peerURLs, isLearner }, context) => {
        const peerAddress = peerAddressOf(peerURLs);
        const given = { name: "", clientAddress: "", peerAddress, learner: isLearner };
        return cluster.change({ kind: "add", ...given }, context);
      },
      encode: (change) => {
        const added = change.members.find(({ id }) => id === change.member);
        return { ...changed(change), member: added === undefined ? null : wireMember(added) };
      },
    }),
    MemberRemove: unaryCall({
      calls: clusterMethod(ledger, "MemberRemove"),
      logger,
      serve: ({ ID }, context) => cluster.change({ kind: "remove", id: memberIdOf(ID) }, context),
      encode: changed,
    }),
    MemberUpdate: unaryCall({
      calls: clusterMethod(ledger, "MemberUpdate"),
      logger,
      serve: ({ ID, peerURLs }, context) => {
        const id = memberIdOf(ID);
        const isKnown = (): boolean => cluster.has(id);
        const given = { id, peerAddress: addressOf(peerURLs, isKnown), clientAddress: "" };
        return cluster.change({ kind: "update", ...given }, context);
      },
      encode: changed,
    }),
    MemberPromote: unaryCall({
      calls: clusterMethod(ledger, "MemberPromote"),
      logger,
      serve: ({ ID }, context) => cluster.change({ kind: "promote", id: memberIdOf(ID) }, context),
      encode: changed,
    }),
  };
}

/** Like etcd it says of a member that is not there only that, and nothing of the URLs. */
function addressOf(peerURLs: readonly string[], isKnown: () => boolean): string {
  try {
    return peerAddressOf(peerURLs);
  } catch (failure) {
    if (isKnown()) throw failure;
    throw new RefusedRequestError("MEMBER_NOT_FOUND", "there is no such member");
  }
}

function clusterMethod(ledger: CallLedger, method: string): MethodCalls {
  return ledger.method({ service: "etcdserverpb.Cluster", method, type: "unary" });
}

/** One that has not joined has a peer address alone: without a name it is "unstarted" to etcd's clients. */
function wireMember({ isStarted, ...member }: ClusterMember): WireMember {
  return {
    ID: member.id,
    name: isStarted ? member.name : "",
    peerURLs: [`http://${member.peerAddress}`],
    clientURLs: isStarted ? [`http://${member.clientAddress}`] : [],
    isLearner: member.isLearner,
  };
}
