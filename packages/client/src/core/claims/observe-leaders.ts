import type { Entry } from "../entry.ts";
import type { Holdfast } from "../holdfast.ts";
import type { BytesLike } from "../key-selector.ts";
import { RequestError } from "../request-error.ts";
import { claimsOf } from "./claim.ts";

/** Who leads: the first claim of a name. */
export async function leaderOf(
  client: Holdfast,
  name: BytesLike,
): Promise<{ readonly entry: Entry | undefined; readonly revision: number }> {
  const { entries, revision } = await client.range(claimsOf(name), { limit: 1, sortBy: "create" });
  return { entry: entries[0], revision };
}

/** Who leads, and then each time who leads next or what the leader says anew; `undefined`: nobody. */
export async function* observeLeaders(
  client: Holdfast,
  name: BytesLike,
  signal: AbortSignal | undefined,
): AsyncGenerator<Entry | undefined> {
  let told: Entry | "nothing" | undefined = "nothing";
  while (true) {
    const { entry, revision } = await leaderOf(client, name);
    if (told === "nothing" || entry?.modRevision !== told?.modRevision) yield entry;
    told = entry;
    const from = revision + 1;
    await using watch = client.watch(
      claimsOf(name),
      signal === undefined ? { from } : { from, signal },
    );
    try {
      await watch.next();
    } catch (failure) {
      if (!(failure instanceof RequestError) || failure.code !== "COMPACTED") throw failure;
    }
  }
}
