import { below, type Random } from "../random.ts";

/** One of some items, of which there is one at least. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)] as Item;
}
