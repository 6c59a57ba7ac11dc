import type { LogIndex, Millis } from "@holdfast/base";
import type { Dice, RandomStreams } from "../dice.ts";
import { DiskWeather } from "../disk/disk-weather.ts";
import { asciiMembershipCodec } from "../model/membership-codec.ts";
import type { WorldPlan } from "../plan/world-plan.ts";
import type { Life } from "./life.ts";
import { LocalClock } from "./local-clock.ts";
import { memberIdOf, Store } from "./store.ts";

/** Where a process can be struck down: between what the core asked for and what was done of it. */
export const BOUNDARIES = [
  "effects taken",
  "messages sent",
  "write issued",
  "write durable",
  "applying",
  "state written",
  "snapshot staged",
  "snapshot installed",
] as const;

export type Boundary = (typeof BOUNDARIES)[number];

/** A computer with a clock and a disk, on which processes live one after the other. */
export interface Machine {
  readonly slot: number;
  readonly clock: LocalClock;
  readonly dice: Dice;
  readonly weather: DiskWeather;
  store: Store;
  /** How many stores it has had. */
  generation: number;
  /** How many processes it has had. */
  lives: number;
  life: Life | undefined;
  /** The process stands still until then. */
  pausedUntil: Millis;
  /** It will be struck down at the next such moment. */
  doom: { readonly at: Boundary; readonly power: boolean } | undefined;
  /** The next process begins as soon as one can. */
  returnsAtOnce: boolean;
  /** A start is planned. */
  restarting: boolean;
  /** What the last process had applied when it ended. */
  appliedBefore: LogIndex;
}

/** A machine with an empty disk that nobody has started yet. */
export function newMachine(
  slot: number,
  { clockDrift, disk }: WorldPlan,
  streams: RandomStreams,
): Machine {
  const clocks = streams.stream("clock");
  return {
    slot,
    clock: new LocalClock(clocks.below(100_000), 1 + clockDrift * (2 * clocks.fraction() - 1)),
    dice: streams.stream(`node/${slot}`),
    weather: new DiskWeather(disk, streams.stream("disk")),
    store: new Store(memberIdOf(slot, 0), asciiMembershipCodec),
    generation: 0,
    lives: 0,
    life: undefined,
    pausedUntil: 0,
    doom: undefined,
    returnsAtOnce: false,
    restarting: false,
    appliedBefore: 0,
  };
}
