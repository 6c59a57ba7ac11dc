import { below, type Random } from "@holdfast/testkit";
import type { WireRequest } from "../stores/wire-method.ts";
import { drawAdministration } from "./draw-administration.ts";
import { drawAuth } from "./draw-auth.ts";
import { drawLeaseRequest } from "./draw-lease.ts";
import { drawRange } from "./draw-range.ts";
import { drawTxn } from "./draw-txn.ts";
import { drawDeleteRange, drawPut } from "./draw-write.ts";
import { chance, drawRevision, type World } from "./world.ts";

/** One request after another, as chance has it. */
export function drawRequest(random: Random, world: World): WireRequest {
  const kind = below(random, 100);
  if (kind < 22) return { method: "Put", request: drawPut(random) };
  if (kind < 48) return { method: "Range", request: drawRange(random, world) };
  if (kind < 55) return { method: "DeleteRange", request: drawDeleteRange(random) };
  if (kind < 80) return { method: "Txn", request: drawTxn(random, world) };
  if (kind < 92) return drawLeaseRequest(random, world);
  if (kind < 95) return { method: "Compact", request: drawCompaction(random, world) };
  return kind < 99 ? drawAdministration(random, world) : drawAuth(random);
}

/** Seldom of the present, so that there is a past to read. */
function drawCompaction(random: Random, world: World): Readonly<Record<string, unknown>> {
  const { revision, compacted } = world;
  const ahead = Math.floor((revision - compacted) / 2);
  return {
    revision: chance(random, 60)
      ? String(compacted + below(random, Math.max(1, ahead)))
      : drawRevision(random, world, 5),
    physical: chance(random, 30),
  };
}
