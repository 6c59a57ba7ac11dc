import type { Millis } from "@holdfast/base";

/** How long faults are on in a run of whole nodes, virtual ms. */
export const SERVER_STORM_MS_DEFAULT: Millis = 40_000;
