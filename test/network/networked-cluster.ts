import type { Cluster, NodeProcess, PrivateNetwork } from "@holdfast/testkit";
import { sharedCluster } from "../shared-cluster.ts";
import { sharedNetwork } from "./shared-network.ts";

/** Three nodes in a network of their own, and which of them leads. */
export interface NetworkedCluster {
  readonly cluster: Cluster;
  readonly network: PrivateNetwork;
}

/** Who is who when the links break. */
export interface Roles {
  readonly leader: NodeProcess;
  readonly follower: NodeProcess;
  readonly other: NodeProcess;
}

/** One for all tests of a file; skipped where there are no namespaces or no iptables. */
export function networkedCluster(): () => NetworkedCluster {
  const network = sharedNetwork();
  const cluster = sharedCluster(() => {
    const opened = network();
    return opened === undefined ? undefined : { hosts: opened.hosts };
  });
  return () => {
    const opened = network();
    if (opened === undefined) throw new Error("the file's network was not opened");
    return { cluster: cluster(), network: opened };
  };
}

export async function roles(cluster: Cluster): Promise<Roles> {
  const leader = await cluster.leader();
  const [follower, other] = cluster.others(leader);
  if (follower === undefined || other === undefined) throw new Error("there are no three nodes");
  return { leader, follower, other };
}
