import { Pace } from "@holdfast/base";
import { wallClock } from "./wall-clock.ts";

/**
 * How often load asks, all of its clients together, operations a second at most. With `Infinity` each
 * asks again as soon as it is answered, and takes all the machine there is.
 */
export function loadPace(perSecond: number = Number.POSITIVE_INFINITY): Pace {
  return new Pace(wallClock, perSecond);
}
