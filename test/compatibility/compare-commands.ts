import { isDeepStrictEqual } from "node:util";
import { type TemporaryDirectory, temporaryDirectory } from "@holdfast/testkit";
import { ETCDCTL_CASES } from "./etcdctl/cases.ts";
import { EtcdctlSide } from "./etcdctl/compare-case.ts";
import { isRun, nameOf } from "./etcdctl/etcdctl-case.ts";
import { type StorePair, startPair } from "./stores/store-pair.ts";

/** etcdctl against etcd, and against Holdfast: one node of each, new. */
export class EtcdctlPair implements AsyncDisposable {
  readonly etcd: EtcdctlSide;
  readonly holdfast: EtcdctlSide;
  readonly #pair: StorePair;
  readonly #directories: readonly TemporaryDirectory[];

  constructor(pair: StorePair, directories: readonly [TemporaryDirectory, TemporaryDirectory]) {
    this.#pair = pair;
    this.#directories = directories;
    const { etcd, holdfast } = pair.clusters;
    const { endpoints, peers } = etcd;
    this.etcd = new EtcdctlSide({ endpoints, peers, directory: directories[0].path });
    this.holdfast = new EtcdctlSide({
      endpoints: holdfast.endpoints,
      peers: holdfast.nodes.map(({ peer }) => peer),
      directory: directories[1].path,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pair[Symbol.asyncDispose]();
    await Promise.all(this.#directories.map((directory) => directory.remove()));
  }
}

export async function startEtcdctlPair(): Promise<EtcdctlPair> {
  const directories = await Promise.all([temporaryDirectory(), temporaryDirectory()]);
  return new EtcdctlPair(await startPair(1), directories);
}

/** Runs every case against both and prints what differs; whether nothing does. */
export async function compareCommands(): Promise<boolean> {
  await using pair = await startEtcdctlPair();
  let different = 0;
  const cases = ETCDCTL_CASES.filter(isRun);
  for (const one of cases) {
    const [etcd, holdfast] = await Promise.all([pair.etcd.run(one), pair.holdfast.run(one)]);
    if (isDeepStrictEqual(etcd, holdfast)) continue;
    different += 1;
    const told = [JSON.stringify(etcd), JSON.stringify(holdfast)];
    process.stdout.write(`${nameOf(one)}\n  etcd      ${told[0]}\n  holdfast  ${told[1]}\n`);
  }
  const left = ETCDCTL_CASES.length - cases.length;
  process.stdout.write(
    `etcdctl: ${cases.length} cases, ${different} differ, ${left} are not run\n`,
  );
  return different === 0;
}
