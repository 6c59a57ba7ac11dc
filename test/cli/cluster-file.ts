import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLUSTER_LIMITS, type ClusterConfig, COMPACTION_DEFAULT } from "@holdfast/config";
import { clusterFile, freePorts } from "@holdfast/testkit";

/** Writes a cluster's file for nodes on free ports, with all that they keep in `directory`. */
export async function writeClusterFile(
  directory: string,
  { nodes: count }: { readonly nodes: number },
): Promise<{ readonly path: string; readonly config: ClusterConfig }> {
  const ports = await freePorts(2 * count);
  const nodes = Array.from({ length: count }, (_, at) => ({
    id: `n${at + 1}`,
    client: `127.0.0.1:${ports[2 * at]}`,
    peer: `127.0.0.1:${ports[2 * at + 1]}`,
    data: join(directory, `n${at + 1}`),
    zone: undefined,
  }));
  const config = {
    cluster: "cli",
    raft: { heartbeatMs: 100, electionTimeoutMs: 1000 },
    limits: CLUSTER_LIMITS,
    compaction: COMPACTION_DEFAULT,
    nodes,
  };
  const path = join(directory, "cluster.yaml");
  await writeFile(path, clusterFile(config));
  return { path, config };
}
