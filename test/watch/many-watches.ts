import type { Cluster } from "@holdfast/testkit";
import { eventually } from "@holdfast/testkit";
import { Etcd3, type Watcher } from "etcd3";

/** Watches that are asked for at once by one client. */
const AT_ONCE = 100;

/** Watches of one key each, by npm's etcd3, which has all of a node on one stream. */
export class ManyWatches implements AsyncDisposable {
  /** Changes told, by key. */
  readonly told = new Map<string, number>();
  #changes = 0;
  readonly #clients: Etcd3[] = [];

  /** Makes `count` watches, spread over the nodes, of the keys `keyOf(0)` and so on. */
  static async start(
    cluster: Cluster,
    count: number,
    keyOf: (at: number) => string,
  ): Promise<ManyWatches> {
    const watches = new ManyWatches();
    const { endpoints } = cluster;
    await Promise.all(
      endpoints.map(async (host, node) => {
        const client = new Etcd3({ hosts: [host] });
        watches.#clients.push(client);
        const mine = Array.from({ length: count }, (_, at) => at).filter(
          (at) => at % endpoints.length === node,
        );
        for (let from = 0; from < mine.length; from += AT_ONCE) {
          const keys = mine.slice(from, from + AT_ONCE).map(keyOf);
          await Promise.all(keys.map((key) => watches.#watch(client, key)));
        }
      }),
    );
    return watches;
  }

  /** Resolves once so many changes were told in all. */
  async toldOf(count: number): Promise<void> {
    await eventually(() => this.#changes >= count, {
      within: 60_000,
      what: `${count} changes told`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
  }

  async #watch(client: Etcd3, key: string): Promise<Watcher> {
    const watcher = await client.watch().key(key).create();
    watcher.on("put", () => {
      this.#changes += 1;
      this.told.set(key, (this.told.get(key) ?? 0) + 1);
    });
    return watcher;
  }
}

/** Writes keys that nobody watches, so many at a time; writes a second. */
export async function writesPerSecond(
  cluster: Cluster,
  { count, inFlight }: { readonly count: number; readonly inFlight: number },
): Promise<number> {
  await using client = await cluster.connect();
  const since = performance.now();
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < count) await client.put(`unwatched/${next++}`, "x".repeat(100));
  };
  await Promise.all(Array.from({ length: inFlight }, write));
  return (count * 1000) / (performance.now() - since);
}
