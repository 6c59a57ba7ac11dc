import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ClusterConfig, loadClusterConfig } from "@holdfast/config";
import { Cluster, freePorts, temporaryDirectory } from "@holdfast/testkit";
import { expect, test } from "vitest";

const DIRECTORY = fileURLToPath(new URL("../../cluster-configs/", import.meta.url));
const FILES = readdirSync(DIRECTORY).filter((name) => name.endsWith(".yaml"));

test.each(FILES)("the cluster of %s starts, and takes a write", async (name) => {
  const temporary = await temporaryDirectory();
  const config = await elsewhere(join(DIRECTORY, name), temporary.path);
  await using cluster = new Cluster(config, { directory: temporary.path, temporary });

  await cluster.start();
  await using client = await cluster.connect();
  const { revision } = await client.put("greeting", "hello");

  expect(revision).toBe(2);
});

/** The file's cluster, on free ports and in a directory of its own. */
async function elsewhere(path: string, directory: string): Promise<ClusterConfig> {
  const config = await loadClusterConfig(path);
  const ports = await freePorts(2 * config.nodes.length);
  const nodes = config.nodes.map((node, at) => ({
    ...node,
    client: `127.0.0.1:${ports[2 * at]}`,
    peer: `127.0.0.1:${ports[2 * at + 1]}`,
    data: join(directory, node.id),
  }));
  return { ...config, nodes };
}
