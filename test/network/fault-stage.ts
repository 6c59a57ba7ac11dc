import type { Cluster, LinkFault, PrivateNetwork } from "@holdfast/testkit";
import { type NodeClocks, sharedClocks } from "../clock/shared-clocks.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { sharedNetwork } from "./shared-network.ts";

/** Three nodes of which everything can be made to fail: processes, links, clocks. */
export interface FaultStage {
  readonly cluster: Cluster;
  readonly links: Links;
  readonly clocks: NodeClocks;
}

/** One for all tests of a file; skipped where a tool for it is missing. */
export function faultStage(): () => FaultStage {
  const network = sharedNetwork();
  const clocks = sharedClocks();
  const cluster = sharedCluster(() => {
    const [there, telling] = [network(), clocks()];
    if (there === undefined || telling === undefined) return undefined;
    return { hosts: there.hosts.map((host, at) => telling.all[at]?.on(host) ?? host) };
  });
  return () => {
    const [there, telling] = [network(), clocks()];
    if (there === undefined || telling === undefined) throw new Error("the tools are missing");
    return { cluster: cluster(), links: new Links(there), clocks: telling };
  };
}

/** What is wrong with the links, of which several things may be at once. */
export class Links {
  readonly #network: PrivateNetwork;
  readonly #wrong = new Map<object, readonly LinkFault[]>();

  constructor(network: PrivateNetwork) {
    this.#network = network;
  }

  /** Replaces what the owner had wrong. */
  async suffer(owner: object, faults: readonly LinkFault[]): Promise<void> {
    this.#wrong.set(owner, faults);
    await this.#network.suffer([...this.#wrong.values()].flat());
  }
}
