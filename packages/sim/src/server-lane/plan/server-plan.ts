import type { Millis } from "@holdfast/base";
import { type RaftOptions, resolveRaftOptions } from "@holdfast/raft";
import { SESSION_LIMITS, type WatchLimits } from "@holdfast/service";
import { STATE_LIMITS } from "@holdfast/storage";
import type { Dice } from "../../dice.ts";
import { rhythmOf } from "../../plan/rhythm.ts";
import type { NetworkPlan } from "../../plan/world-plan.ts";
import { drawWorkload, type ServerWorkload } from "./server-workload.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the nemesis does, each kind in a rhythm of its own. */
export const SERVER_FAULT_KINDS = [
  "crash",
  /** Processes are told to stop, one after the other. */
  "restart",
  "pause",
  "partition",
  "diskStall",
  "writeError",
  /** Connections of clients break. */
  "breakStreams",
  "transfer",
  "wipe",
  /** A node is taken out of the cluster, or the spare one in. */
  "membership",
] as const;

export type ServerFaultKind = (typeof SERVER_FAULT_KINDS)[number];

/** Between two events of a kind on average, ms; `undefined`: it does not happen. */
type ServerRhythms = Readonly<Record<ServerFaultKind, Millis | undefined>>;

export interface ServerFaults extends ServerRhythms {
  /** How many crashes are of the whole machine. */
  readonly powerShare: number;
  /** How many crashes strike in the midst of what the disk is asked to do. */
  readonly diskShare: number;
  /** How many of the machines that are struck are leaders, beyond their number. */
  readonly leaderShare: number;
}

/** Everything about one run of whole nodes that its seed decides before it begins. */
export interface ServerPlan {
  readonly nodes: number;
  /** Machines that are no part of the cluster at first. */
  readonly spares: number;
  readonly raft: RaftOptions;
  readonly batchOperationsMax: number;
  readonly readBytesMax: number;
  readonly sessionIdleMs: Millis;
  /** A session ends so long after its client has left. */
  readonly farewellMs: Millis;
  readonly segmentBytes: number;
  /** How long applied rows wait until they are written: so much may be lost of them. */
  readonly flushDelayMs: Millis;
  readonly watchLimits: Pick<
    WatchLimits,
    "streamBytesMax" | "recentEventsMax" | "pageEvents" | "sliceEvents"
  >;
  /** The share by which clocks of nodes may differ in speed. */
  readonly clockDrift: number;
  readonly network: NetworkPlan;
  readonly writeMs: Millis;
  /** Writes of the applied state take so much longer. */
  readonly rowsMs: Millis;
  readonly faults: ServerFaults;
  readonly workload: ServerWorkload;
  readonly stormMs: Millis;
}

export function drawServerPlan(dice: Dice, stormMs: Millis): ServerPlan {
  const raft = drawRaft(dice);
  return {
    nodes: dice.pick([1, 3, 3, 3, 3, 5]),
    spares: dice.pick([0, 0, 1]),
    raft,
    batchOperationsMax: dice.pick([1, 16, 1024]),
    readBytesMax: dice.pick([200, 4 * KIB, MIB]),
    sessionIdleMs: dice.pick([2_000, 3_600_000, 3_600_000]),
    segmentBytes: dice.pick([64 * KIB, 128 * KIB, 256 * KIB]),
    clockDrift: dice.pick([0, 0.0005, 0.05]),
    network: drawNetwork(dice),
    writeMs: dice.logarithmic(0.1, 8),
    faults: drawFaults(dice, raft.electionTimeoutMs),
    workload: drawWorkload(dice),
    flushDelayMs: dice.pick([STATE_LIMITS.flushDelayMs, 250, 1_000]),
    rowsMs: dice.chance(0.5) ? dice.logarithmic(10, 1_000) : 0,
    stormMs,
    watchLimits: {
      streamBytesMax: dice.pick([700, 4 * KIB, 4 * MIB]),
      recentEventsMax: dice.pick([0, 5, 4_096]),
      pageEvents: dice.pick([1, 20, 1_000]),
      sliceEvents: dice.pick([1, 2, 1_000]),
    },
    farewellMs: dice.pick([50, 1_000, SESSION_LIMITS.farewellMs]),
  };
}

function drawRaft(dice: Dice): RaftOptions {
  const electionTimeoutMs = Math.round(dice.logarithmic(500, 3_000));
  const trailingBytes = dice.pick([2_000, 20_000, 32 * MIB]);
  return resolveRaftOptions({
    electionTimeoutMs,
    heartbeatMs: Math.floor(electionTimeoutMs / dice.pick([3, 4, 6, 8, 10])),
    stallClampMs: Math.round(electionTimeoutMs / 4),
    appendBytesMax: dice.pick([500, 8 * KIB, MIB]),
    inflightMessagesMax: dice.pick([2, 8, 64]),
    cacheBytesMax: dice.pick([1, 2_000, 16 * MIB]),
    trailingEntries: dice.pick([0, 20, 10_000]),
    trailingBytes,
    retainBytesMax: trailingBytes * dice.pick([1, 4]),
    snapshotTimeoutMs: dice.pick([4 * electionTimeoutMs, 60_000]),
    diskStallMs: electionTimeoutMs * 2,
  });
}

function drawNetwork(dice: Dice): NetworkPlan {
  return {
    latencyMs: dice.logarithmic(0.2, 20),
    slowProbability: dice.chance(0.7) ? dice.logarithmic(0.0003, 0.005) : 0,
    lossProbability: dice.chance(0.5) ? dice.logarithmic(0.001, 0.1) : 0,
    // What production's network promises: order, and nothing twice.
    duplicateProbability: 0,
    reorders: false,
    mode: "gentle",
    targetedDelayProbability: 0,
    targetedDuplicateProbability: 0,
    inboxMax: 1_000,
  };
}

function drawFaults(dice: Dice, electionTimeoutMs: Millis): ServerFaults {
  const every = rhythmOf(dice, electionTimeoutMs);
  return {
    crash: every(2, 20, 0.7),
    powerShare: dice.pick([0, 0.5, 1]),
    diskShare: dice.pick([0, 0.5, 0.9]),
    restart: every(3, 30, 0.4),
    pause: every(4, 30),
    partition: every(3, 30),
    diskStall: every(5, 40, 0.4),
    writeError: every(10, 40, 0.3),
    breakStreams: every(1, 10, 0.4),
    transfer: every(2, 20, 0.4),
    wipe: every(8, 30, 0.3),
    membership: every(4, 20, 0.3),
    leaderShare: dice.pick([0, 0.4, 0.8]),
  };
}

/** Its machines, and what they are at first. */
export function serverClusterInWords({ nodes, spares }: ServerPlan): string {
  const counted = (count: number, one: string): string =>
    `${count} ${one}${count === 1 ? "" : "s"}`;
  return `${counted(nodes, "node")}, ${counted(spares, "spare")}`;
}
