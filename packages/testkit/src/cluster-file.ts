import { type ClusterConfig, writtenCompaction } from "@holdfast/config";

/** A cluster's configuration as the YAML that `holdfast serve` reads. */
export function clusterFile({ cluster, raft, limits, compaction, nodes }: ClusterConfig): string {
  const lines = [
    `cluster: ${JSON.stringify(cluster)}`,
    `raft: { heartbeatMs: ${raft.heartbeatMs}, electionTimeoutMs: ${raft.electionTimeoutMs} }`,
    `limits: ${JSON.stringify(limits)}`,
    `compaction: ${JSON.stringify(writtenCompaction(compaction))}`,
    "nodes:",
  ];
  for (const { id, client, peer, data, zone } of nodes) {
    const fields = [
      `id: ${id}`,
      `client: "${client}"`,
      `peer: "${peer}"`,
      `data: ${JSON.stringify(data)}`,
    ];
    if (zone !== undefined) fields.push(`zone: ${JSON.stringify(zone)}`);
    lines.push(`  - { ${fields.join(", ")} }`);
  }
  return `${lines.join("\n")}\n`;
}
