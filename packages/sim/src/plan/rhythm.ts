import type { Millis } from "@holdfast/base";
import type { Dice } from "../dice.ts";

/** Draws how much time lies between two events of a kind on average, or that it does not happen. */
export type Rhythm = (least: number, most: number, probability?: number) => Millis | undefined;

/** In election timeouts: what matters is how faults and elections fall together. */
export function rhythmOf(dice: Dice, electionTimeoutMs: Millis): Rhythm {
  return (least, most, probability = 0.5) => {
    const mean = electionTimeoutMs * dice.logarithmic(least, most);
    return dice.chance(probability) ? mean : undefined;
  };
}
