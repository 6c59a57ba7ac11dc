import type { Millis } from "@holdfast/base";
import type { RaftOptions } from "@holdfast/raft";
import type { Dice } from "../dice.ts";
import type { DiskPlan } from "../disk/disk-weather.ts";
import { drawCoreOptions } from "./core-options.ts";
import { rhythmOf } from "./rhythm.ts";

export interface NetworkPlan {
  /** Most messages take about so long, ms. */
  readonly latencyMs: Millis;
  /** How many take a hundred to a thousand times as long. */
  readonly slowProbability: number;
  readonly lossProbability: number;
  readonly duplicateProbability: number;
  /** Messages of one link overtake each other. */
  readonly reorders: boolean;
  /**
   * Gentle: connections break with their process, and what was under way is lost with
   * them. Harsh: it arrives whenever it does, even at a later life of the receiver, and
   * news of connections is rumour.
   */
  readonly mode: "gentle" | "harsh";
  /** Messages of some kinds are held back for seconds, so often. */
  readonly targetedDelayProbability: number;
  /** And arrive twice, so often. */
  readonly targetedDuplicateProbability: number;
  readonly inboxMax: number;
}

export interface FaultPlan {
  /** Between two events of a kind on average, ms; `undefined`: it does not happen. */
  readonly crash: Millis | undefined;
  /** How many crashes are of the whole machine. */
  readonly powerShare: number;
  /** How many crashes strike between two effects of one batch. */
  readonly boundaryShare: number;
  readonly pause: Millis | undefined;
  readonly clockJump: Millis | undefined;
  readonly partition: Millis | undefined;
  /** The leader is cut off, for about as long as it takes to elect another. */
  readonly hunt: Millis | undefined;
  /** Another leads while the leader still believes that it does. */
  readonly usurp: Millis | undefined;
  /** A leader that is cut off is given many commands at once. */
  readonly bursts: boolean;
  /** How many requests for a vote strike down whom they ask. */
  readonly voterStruck: number;
  /** How many of the machines that are struck are leaders, beyond their number. */
  readonly leaderShare: number;
  readonly clog: Millis | undefined;
  readonly diskStall: Millis | undefined;
  readonly writeError: Millis | undefined;
  readonly wipe: Millis | undefined;
  readonly transfer: Millis | undefined;
  readonly membership: Millis | undefined;
}

export interface WorkloadPlan {
  readonly clients: number;
  readonly keys: number;
  /** Between two operations of a client on average, ms. */
  readonly thinkMs: Millis;
  readonly timeoutMs: Millis;
  readonly readShare: number;
  readonly payloadBytesMax: number;
}

/** Everything about one run that its seed decides before it begins. */
export interface WorldPlan {
  readonly voters: number;
  readonly learners: number;
  /** Machines that take no part at first. */
  readonly spares: number;
  readonly core: RaftOptions;
  /** The share by which clocks of nodes may differ in speed. */
  readonly clockDrift: number;
  readonly network: NetworkPlan;
  readonly disk: DiskPlan;
  readonly faults: FaultPlan;
  readonly workload: WorkloadPlan;
  /** Between two writes of the applied state, ms. */
  readonly flushMs: Millis;
  /** Entries that are applied in one go at most. */
  readonly applySlice: number;
  readonly stormMs: Millis;
}

/** What a run may do at all; a caller can forbid what the seed would allow. */
export interface Allowed {
  readonly stormMs: Millis;
  readonly membership: boolean;
  readonly transfer: boolean;
}

const SIZES = [1, 2, 3, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 6, 7] as const;

/** Swarm testing: each seed draws which faults there are at all, how many, and options at their extremes. */
export function drawPlan(dice: Dice, allowed: Allowed): WorldPlan {
  const voters = dice.pick(SIZES);
  const core = drawCoreOptions(dice);
  const learners = dice.chance(0.3) ? dice.between(1, 2) : 0;
  const plan: Omit<WorldPlan, "faults"> & { readonly faults: Omit<FaultPlan, "usurp"> } = {
    voters,
    learners,
    spares: allowed.membership ? dice.between(0, 2) : 0,
    core,
    clockDrift: dice.chance(0.5) ? dice.pick([0.0005, 0.01, 0.05]) : 0,
    network: drawNetwork(dice),
    disk: {
      writeMs: dice.logarithmic(0.1, 25),
      slowProbability: dice.chance(0.5) ? dice.logarithmic(0.0005, 0.02) : 0,
    },
    faults: drawFaults(dice, allowed, core),
    workload: {
      clients: dice.between(1, 6),
      keys: dice.between(1, 5),
      thinkMs: dice.logarithmic(2, 100),
      timeoutMs: dice.logarithmic(300, 4000),
      readShare: dice.pick([0.2, 0.5, 0.8]),
      payloadBytesMax: dice.pick([8, 60, 700]),
    },
    flushMs: dice.logarithmic(10, 400),
    applySlice: dice.pick([1, 3, 1000]),
    stormMs: allowed.stormMs,
  };
  // Drawn last, so that it shifts nothing else.
  const usurp = dice.chance(0.5) ? core.electionTimeoutMs * dice.logarithmic(4, 25) : undefined;
  return { ...plan, faults: { ...plan.faults, usurp } };
}

function drawNetwork(dice: Dice): NetworkPlan {
  return {
    latencyMs: dice.logarithmic(0.1, 15),
    slowProbability: dice.chance(0.7) ? dice.logarithmic(0.0003, 0.01) : 0,
    lossProbability: dice.chance(0.5) ? dice.logarithmic(0.001, 0.25) : 0,
    duplicateProbability: dice.chance(0.5) ? dice.logarithmic(0.001, 0.2) : 0,
    reorders: dice.chance(0.6),
    mode: dice.pick(["gentle", "harsh"]),
    targetedDelayProbability: dice.chance(0.5) ? dice.logarithmic(0.01, 0.3) : 0,
    targetedDuplicateProbability: dice.chance(0.5) ? dice.logarithmic(0.05, 0.7) : 0,
    inboxMax: dice.pick([8, 100, 1000]),
  };
}

function drawFaults(
  dice: Dice,
  allowed: Allowed,
  { electionTimeoutMs }: RaftOptions,
): Omit<FaultPlan, "usurp"> {
  const every = rhythmOf(dice, electionTimeoutMs);
  return {
    crash: every(1, 30, 0.6),
    powerShare: dice.pick([0, 0.5, 1]),
    boundaryShare: dice.pick([0, 0.5, 0.9]),
    pause: every(3, 40),
    clockJump: every(5, 50, 0.3),
    partition: every(3, 40),
    hunt: every(1.5, 12, 0.7),
    bursts: dice.chance(0.5),
    voterStruck: dice.chance(0.4) ? dice.logarithmic(0.05, 0.5) : 0,
    leaderShare: dice.pick([0, 0.35, 0.8]),
    clog: every(2, 40),
    diskStall: every(4, 50),
    writeError: every(10, 60, 0.3),
    wipe: allowed.membership ? every(10, 50, 0.3) : undefined,
    transfer: allowed.transfer ? every(1, 20) : undefined,
    membership: allowed.membership ? every(1, 20) : undefined,
  };
}
