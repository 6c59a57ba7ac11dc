import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import { type ClusterHandlers, encodeHeader, type WireMember } from "@holdfast/protocol";
import type { ClusterMember, ClusterService, Headers } from "@holdfast/service";
import type { CallLedger } from "../requests/call-ledger.ts";
import { unaryCall } from "./unary-call.ts";

export interface ClusterParts {
  readonly cluster: ClusterService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

/** etcdserverpb.Cluster. Its headers carry no revision. */
export function clusterHandlers({
  cluster,
  headers,
  ledger,
  logger,
}: ClusterParts): Pick<ClusterHandlers, "MemberList"> & UntypedServiceImplementation {
  return {
    MemberList: unaryCall({
      calls: ledger.method({
        service: "etcdserverpb.Cluster",
        method: "MemberList",
        type: "unary",
      }),
      logger,
      serve: ({ linearizable }, { timeoutMs, requireLeader }) =>
        cluster.members({ linearizable, timeoutMs, requireLeader }),
      encode: (members) => ({
        header: encodeHeader(headers.at(0)),
        members: members.map(wireMember),
      }),
    }),
  };
}

function wireMember(member: ClusterMember): WireMember {
  return {
    ID: member.id,
    name: member.name,
    peerURLs: [...member.peerUrls],
    clientURLs: [...member.clientUrls],
    isLearner: member.isLearner,
  };
}
