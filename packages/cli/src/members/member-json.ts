import type { ClusterMember } from "@holdfast/client";
import type { Json } from "../output/etcd-json.ts";

/** Named as in etcd's messages, with what Holdfast knows beyond them; ids are strings, as all 64-bit numbers. */
export function membersJson(members: readonly ClusterMember[], leader: number | undefined): Json {
  return {
    ...(leader === undefined ? {} : { leader: String(leader) }),
    members: members.map(memberJson),
  };
}

export function memberJson(member: ClusterMember): Json {
  const { id, name, peerAddress, clientAddress, isStarted, isLearner, isPromoting } = member;
  return {
    ID: String(id),
    name,
    peerURLs: [`http://${peerAddress}`],
    clientURLs: clientAddress === "" ? [] : [`http://${clientAddress}`],
    isLearner,
    started: isStarted,
    promoting: isPromoting,
    ...(member.replaces === undefined ? {} : { replaces: String(member.replaces) }),
  };
}
