import type { Millis } from "@holdfast/base";
import type { FoundViolation } from "../found-violation.ts";
import type { Lane } from "../lane.ts";

/** What a page tells of a run beside its story, of either lane. */
export interface DrawnRun {
  readonly lane: Lane;
  /** Everything that the seed drew. */
  readonly plan: object;
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: Millis;
  readonly elections: number;
  readonly committed: number;
  readonly writes: number;
  readonly reads: number;
  readonly violation: FoundViolation | undefined;
}
