import { below, type Random } from "@holdfast/testkit";
import { chance, drawKey, drawRangeEnd, pick, type World } from "../requests/world.ts";

/** What a watch is asked for with. */
export interface WatchDraft {
  readonly key: Buffer;
  readonly range_end: Buffer;
  readonly start_revision: string;
  readonly filters: readonly number[];
  readonly prev_kv: boolean;
  readonly fragment: boolean;
  readonly watch_id: string;
}

const SINGLE_KEY_PERCENT = 30;
const IDS = ["1", "2", "5", "9", "1000", "9223372036854775807"];
const FILTERS: readonly (readonly number[])[] = [[], [], [], [0], [1], [0, 1], [1, 1]];

export function drawWatch(random: Random, world: World): WatchDraft {
  const key = drawKey(random);
  const start = drawStart(random, world);
  // etcd never frees the id of one that a compaction ends.
  const isOver = start !== "0" && Number(start) < world.compacted;
  return {
    key,
    range_end: drawRangeEnd(random, key, SINGLE_KEY_PERCENT),
    start_revision: start,
    filters: pick(random, FILTERS),
    prev_kv: chance(random, 40),
    fragment: chance(random, 30),
    watch_id: isOver || chance(random, 70) ? "0" : pick(random, IDS),
  };
}

/** The present, something of the past, what was compacted, what is to come. */
function drawStart(random: Random, { revision, compacted }: World): string {
  const kind = below(random, 20);
  if (kind < 9) return "0";
  // Not that which was compacted last: etcd 3.4.23 has lost what was deleted in it.
  if (kind < 15) return String(compacted + 1 + below(random, Math.max(1, revision - compacted)));
  if (kind < 16) return String(Math.max(0, compacted - 1));
  if (kind < 17) return String(revision);
  return String(revision + 1 + below(random, 4));
}
