import type { Entry, Holdfast } from "@holdfast/client";

const PAGE = 1000;

/** Keys of acknowledged writes that a linearizable read does not find with the value acknowledged. */
export async function lostWrites(
  client: Holdfast,
  prefix: string,
  acknowledged: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for await (const entry of entriesUnder(client, prefix)) found.set(entry.key, entry.text());
  return [...acknowledged].filter(([key, value]) => found.get(key) !== value).map(([key]) => key);
}

/** All entries below a prefix, page by page, linearizable. */
async function* entriesUnder(client: Holdfast, prefix: string): AsyncGenerator<Entry> {
  const to = `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
  for (let from = prefix; ; ) {
    const { entries, more } = await client.range({ from, to }, { limit: PAGE, timeoutMs: 30_000 });
    yield* entries;
    const last = entries.at(-1);
    if (!more || last === undefined) return;
    from = `${last.key}\0`;
  }
}
