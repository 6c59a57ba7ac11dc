import { below, type Random } from "@holdfast/testkit";
import { drawRange } from "./draw-range.ts";
import { drawDeleteRange, drawPut } from "./draw-write.ts";
import {
  chance,
  drawKey,
  drawLease,
  drawRangeEnd,
  drawRevision,
  drawValue,
  pick,
  type World,
} from "./world.ts";

type Draft = Readonly<Record<string, unknown>>;

/** etcd's limit, which some transactions go beyond. */
const OPERATIONS_MAX = 128;
const DEPTH_MAX = 3;
const ALWAYS = 100;
const RESULTS = [0, 1, 2, 3];
const TARGETS = [0, 1, 2, 3, 4];
const SINGLE_KEY_PERCENT = 70;

/** How deep a transaction is in others, and whether any of them deletes. */
interface Place {
  readonly depth: number;
  readonly deletes: boolean;
}

/**
 * A TxnRequest: guards of all kinds, steps of all kinds, others within it, too many of each now and then.
 *
 * Where something is deleted, no put keeps the value or lease that is there: if that very key was deleted before,
 * by a range that etcd does not look at when it looks for duplicate keys, etcd panics.
 */
export function drawTxn(
  random: Random,
  world: World,
  place: Place = { depth: 1, deletes: chance(random, 70) },
): Draft {
  const { depth } = place;
  const steps = (): Draft[] => many(random, depth, () => drawStep(random, world, place));
  return {
    compare: many(random, depth + 1, () => drawCompare(random, world)),
    success: steps(),
    failure: steps(),
  };
}

function many(random: Random, depth: number, draw: () => Draft): Draft[] {
  const few = below(random, depth === 1 ? 6 : 3);
  const count = depth === 1 && chance(random, 1) ? OPERATIONS_MAX - 1 + below(random, 3) : few;
  return Array.from({ length: count }, draw);
}

function drawStep(random: Random, world: World, { depth, deletes }: Place): Draft {
  const kind = below(random, 100);
  if (kind < 35) return { request_put: drawPut(random, { keeps: !deletes }) };
  if (kind < 65) return { request_range: drawRead(random, world) };
  if (kind < 80 && deletes) return { request_delete_range: drawDeleteRange(random) };
  if (kind < 99 && depth < DEPTH_MAX)
    return { request_txn: drawTxn(random, world, { depth: depth + 1, deletes }) };
  return kind === 99 ? {} : { request_range: drawRead(random, world) };
}

/** Of the present where there are several members: of another revision etcd's make what they know of compactions. */
function drawRead(random: Random, world: World): Draft {
  return world.nodes > 1 ? drawRange(random, world, ALWAYS) : drawRange(random, world);
}

/** Now and then with an operand of another kind than its target. */
function drawCompare(random: Random, world: World): Draft {
  const key = drawKey(random);
  const target = pick(random, TARGETS);
  return {
    key,
    range_end: drawRangeEnd(random, key, SINGLE_KEY_PERCENT),
    result: pick(random, RESULTS),
    target,
    ...drawOperand(random, world, chance(random, 3) ? pick(random, TARGETS) : target),
  };
}

function drawOperand(random: Random, world: World, target: number): Draft {
  switch (target) {
    case 0:
      return { version: below(random, 4) - (chance(random, 10) ? 1 : 0) };
    case 1:
      return { create_revision: drawRevision(random, world, 30) };
    case 2:
      return { mod_revision: drawRevision(random, world, 20) };
    case 3:
      return { value: drawValue(random) };
    default:
      return { lease: chance(random, 50) ? "0" : drawLease(random) };
  }
}
