import { below, type Random } from "@holdfast/testkit";
import { chance, drawKey, drawRangeEnd, drawRevision, pick, type World } from "./world.ts";

const ORDERS = [0, 1, 2];
const TARGETS = [0, 1, 2, 3, 4];
const SINGLE_KEY_PERCENT = 25;
const PRESENT_PERCENT = 60;
const BOUNDS = [
  "min_mod_revision",
  "max_mod_revision",
  "min_create_revision",
  "max_create_revision",
];

/** A RangeRequest with any of its options. */
export function drawRange(
  random: Random,
  world: World,
  presentPercent: number = PRESENT_PERCENT,
): Readonly<Record<string, unknown>> {
  const key = drawKey(random);
  const sorted = chance(random, 60);
  const request: Record<string, unknown> = {
    key,
    range_end: drawRangeEnd(random, key, SINGLE_KEY_PERCENT),
    limit: drawLimit(random),
    revision: drawRevision(random, world, presentPercent),
    keys_only: chance(random, 15),
    count_only: chance(random, 10),
    // A follower may be behind.
    serializable: world.nodes === 1 && chance(random, 30),
  };
  if (sorted) {
    request["sort_order"] = pick(random, ORDERS);
    request["sort_target"] = pick(random, TARGETS);
  }
  for (const bound of BOUNDS)
    if (chance(random, 10)) request[bound] = drawRevision(random, world, 0);
  return request;
}

function drawLimit(random: Random): number {
  if (chance(random, 50)) return 0;
  return chance(random, 90) ? 1 + below(random, 8) : pick(random, [-1, 1000]);
}
