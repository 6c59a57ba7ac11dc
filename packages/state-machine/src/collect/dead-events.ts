import { toByteString } from "@holdfast/base";
import { type BlockEvent, BlockTable, readBlockEvent } from "../rows/block.ts";
import type { BlockId } from "../rows/row-layout.ts";

/**
 * All events of a block that go with those that are `marked` as garbage: them, and
 * what the same revision had done to the same key before, of which no `history` row
 * tells. Collecting and hashing both go by it.
 *
 * @throws DamagedRowError
 */
export function deadEvents(
  id: BlockId,
  block: Uint8Array,
  marked: ReadonlySet<number>,
): ReadonlySet<number> {
  const table = new BlockTable(block);
  const { count } = table;
  const keys = new Set<string>();
  let here = 0;
  for (const ordinal of marked) {
    if (ordinal >= count) continue;
    here += 1;
    if (table.isCollected(ordinal)) continue;
    const event = readBlockEvent(id, block, ordinal);
    if (event.sub > 0) keys.add(nameOf(event));
  }
  if (keys.size === 0 || here === count) return marked;
  const dead = new Set(marked);
  for (let ordinal = 0; ordinal < count; ordinal++) {
    if (dead.has(ordinal) || table.isCollected(ordinal)) continue;
    if (keys.has(nameOf(readBlockEvent(id, block, ordinal)))) dead.add(ordinal);
  }
  return dead;
}

function nameOf({ modRevision, key }: BlockEvent): string {
  return `${modRevision}/${toByteString(key)}`;
}
