import { type Change, connect, type Holdfast, type Watch } from "@holdfast/client";
import { type Cluster, eventually } from "@holdfast/testkit";

/** A change, as a watch told it. */
export interface ToldChange {
  readonly revision: number;
  readonly key: string;
  readonly value: string | undefined;
}

/** Watches of a prefix by clients of the SDK, and all that each was told. */
export class FollowingClients implements AsyncDisposable {
  readonly told: ToldChange[][] = [];
  readonly #clients: Holdfast[] = [];
  readonly #readers: Promise<void>[] = [];

  /** Starts `count` watches, ten of a client, from revision `from` on. */
  static async start(
    cluster: Cluster,
    watch: { readonly prefix: string; readonly from: number; readonly count: number },
  ): Promise<FollowingClients> {
    const following = new FollowingClients();
    const { prefix, from, count } = watch;
    const watches: Watch[] = [];
    while (watches.length < count) {
      const client = await connect(cluster.endpoints);
      following.#clients.push(client);
      for (let at = 0; at < 10 && watches.length < count; at++) {
        watches.push(client.watch({ prefix }, { from }));
      }
    }
    for (const one of watches) following.#read(one);
    await Promise.all(watches.map((one) => one.following));
    return following;
  }

  /** Resolves once each watch was told of a revision, or of one behind it. */
  async toldOf(revision: number): Promise<void> {
    await eventually(
      () => this.told.every((changes) => (changes.at(-1)?.revision ?? 0) >= revision),
      { within: 30_000, what: `all watches to be told of revision ${revision}` },
    );
  }

  /** Rejects with what ended a watch that nobody closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.#readers);
  }

  #read(watch: AsyncIterable<Change>): void {
    const changes: ToldChange[] = [];
    this.told.push(changes);
    this.#readers.push(
      (async () => {
        for await (const { revision, key, entry } of watch) {
          changes.push({ revision, key, value: entry?.text() });
        }
      })(),
    );
  }
}

/** What a watch was told that cannot be: a change twice, or behind a later one; one write is one revision. */
export function disorderIn(changes: readonly ToldChange[]): readonly string[] {
  return changes.flatMap(({ revision, key }, at) => {
    const before = changes[at - 1];
    if (before === undefined || before.revision < revision) return [];
    return [`${key} of revision ${revision} behind revision ${before.revision}`];
  });
}
