import { type Cluster, type EtcdCluster, startCluster, startEtcd } from "@holdfast/testkit";
import { WireStore } from "./wire-store.ts";

/** An empty etcd and an empty Holdfast of as many nodes. */
export class StorePair implements AsyncDisposable {
  readonly nodes: number;
  readonly etcd: WireStore;
  readonly holdfast: WireStore;
  readonly clusters: { readonly etcd: EtcdCluster; readonly holdfast: Cluster };

  constructor(clusters: StorePair["clusters"]) {
    this.clusters = clusters;
    this.nodes = clusters.etcd.endpoints.length;
    this.etcd = new WireStore("etcd", clusters.etcd.endpoints);
    this.holdfast = new WireStore("holdfast", clusters.holdfast.endpoints);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.etcd.close();
    this.holdfast.close();
    await Promise.all([this.clusters.etcd.stop(), this.clusters.holdfast.stop()]);
  }
}

/** Starts both; needs the built command (`npm run build`) and `etcd` on the PATH. */
export async function startPair(nodes: number): Promise<StorePair> {
  const starting = [startEtcd({ nodes }), startCluster({ nodes })] as const;
  const ended = await Promise.allSettled(starting);
  const [etcd, holdfast] = ended;
  if (etcd.status === "fulfilled" && holdfast.status === "fulfilled")
    return new StorePair({ etcd: etcd.value, holdfast: holdfast.value });
  for (const one of ended) if (one.status === "fulfilled") await one.value.stop();
  throw new AggregateError(
    ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])),
    "etcd and Holdfast did not both start",
  );
}
