import { below, type Random } from "@holdfast/base";
import type { ClientLimits } from "./client-limits.ts";

/** The pause before repetition `round`, from 1 on, ms: doubling, capped, drawn from its upper half. */
export function backoffMs(limits: ClientLimits, random: Random, round: number): number {
  const { least, most } = limits.backoffMs;
  const full = Math.min(most, least * 2 ** Math.min(round - 1, 16));
  return full / 2 + below(random, Math.ceil(full / 2));
}
