import { join } from "node:path";
import {
  type Cluster,
  type NodeProcess,
  startCluster,
  type TemporaryDirectory,
  temporaryDirectory,
} from "@holdfast/testkit";
import { SmallDisk } from "./small-disk.ts";

/** Two segments of the log, the ballast, the reserve, and some for the state. */
const DISK_BYTES = 320 * 1024 * 1024;
const START_MS = 40_000;
const NODES = ["n1", "n2", "n3"];

/** Three nodes, each with its directory on a small disk of its own. */
export class ClusterOnSmallDisks implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly #disks: ReadonlyMap<string, SmallDisk>;
  readonly #directory: TemporaryDirectory;

  private constructor(
    cluster: Cluster,
    disks: ReadonlyMap<string, SmallDisk>,
    directory: TemporaryDirectory,
  ) {
    this.cluster = cluster;
    this.#disks = disks;
    this.#directory = directory;
  }

  static async start(): Promise<ClusterOnSmallDisks> {
    const directory = await temporaryDirectory();
    const disks = new Map<string, SmallDisk>();
    try {
      for (const id of NODES) {
        disks.set(id, await SmallDisk.mount(join(directory.path, id), DISK_BYTES));
      }
      const cluster = await startCluster({ directory: directory.path, within: START_MS });
      return new ClusterOnSmallDisks(cluster, disks, directory);
    } catch (failure) {
      await remove(disks, directory);
      throw failure;
    }
  }

  get disks(): readonly SmallDisk[] {
    return [...this.#disks.values()];
  }

  diskOf({ id }: NodeProcess): SmallDisk {
    const disk = this.#disks.get(id);
    if (disk === undefined) throw new Error(`${id} has no disk of its own`);
    return disk;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
    await remove(this.#disks, this.#directory);
  }
}

async function remove(
  disks: ReadonlyMap<string, SmallDisk>,
  directory: TemporaryDirectory,
): Promise<void> {
  for (const disk of disks.values()) await disk[Symbol.asyncDispose]();
  await directory.remove();
}
