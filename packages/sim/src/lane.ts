import type { Millis } from "@holdfast/base";
import { STORM_MS_DEFAULT } from "./run-seed.ts";
import { SERVER_STORM_MS_DEFAULT } from "./server-lane/storm.ts";

/** What runs on virtual time: the core alone, with models of all around it, or whole nodes of production code. */
export type Lane = "core" | "server";

/** How long faults are on, where nobody says so. */
export function stormOfLane(lane: Lane): Millis {
  return lane === "core" ? STORM_MS_DEFAULT : SERVER_STORM_MS_DEFAULT;
}
