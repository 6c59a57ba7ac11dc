import { STATE_LIMITS } from "@holdfast/storage";
import {
  SERVER_FAULT_KINDS,
  type ServerFaultKind,
  type ServerFaults,
  type ServerPlan,
} from "../plan/server-plan.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** One way in which a plan becomes easier to follow. */
export interface Simplification {
  /** What is left of it, or what is gone. */
  readonly name: string;
  /** `undefined`: there is nothing to make simpler, or no more. */
  readonly apply: (plan: ServerPlan) => ServerPlan | undefined;
}

const KINDS_IN_WORDS: Record<ServerFaultKind, string> = {
  crash: "crashes",
  restart: "restarts",
  pause: "pauses",
  partition: "links cut",
  diskStall: "disks that stall",
  writeError: "disks that fail",
  breakStreams: "broken streams",
  transfer: "leaders asked to hand over",
  wipe: "wiped disks",
  membership: "changes of membership",
};

const THINK_MS_MAX = 20_000;
/** A shorter storm is no easier to follow. */
const STORM_MS_LEAST = 100;

/** Those that make runs shorter come first: what is tried after them takes less time. */
export const SIMPLIFICATIONS: readonly Simplification[] = [
  { name: "half the storm", apply: halfTheStorm },
  ...SERVER_FAULT_KINDS.map((kind) => ({
    name: `no ${KINDS_IN_WORDS[kind]}`,
    apply: without(kind),
  })),
  { name: "no spares", apply: (plan) => changed(plan, { spares: 0 }) },
  { name: "one node", apply: (plan) => fewerNodes(plan, 1) },
  { name: "three nodes", apply: (plan) => fewerNodes(plan, 3) },
  { name: "a node less", apply: (plan) => fewerNodes(plan, plan.nodes - 1) },
  { name: "no plain callers", apply: workload({ plainCallers: 0 }) },
  { name: "one plain caller", apply: fewer("plainCallers") },
  { name: "no holders of leases", apply: workload({ leaseHolders: 0 }) },
  { name: "one holder of leases", apply: fewer("leaseHolders") },
  { name: "no holders of locks", apply: workload({ lockHolders: 0 }) },
  { name: "no watches", apply: workload({ followers: 0 }) },
  { name: "one watch", apply: fewer("followers") },
  { name: "no clients of the SDK", apply: workload({ clients: 0 }) },
  { name: "one client of the SDK", apply: fewer("clients") },
  { name: "one call at a time", apply: fewer("concurrency") },
  { name: "one key", apply: fewer("keys") },
  { name: "no compaction", apply: workload({ compactMs: undefined }) },
  { name: "no reads", apply: workload({ readShare: 0 }) },
  { name: "half as many calls", apply: halfTheCalls },
  { name: "small values", apply: workload({ valueBytesMax: 10 }) },
  { name: "no messages lost", apply: network({ lossProbability: 0 }) },
  { name: "no slow messages", apply: network({ slowProbability: 0 }) },
  { name: "clocks that go alike", apply: (plan) => changed(plan, { clockDrift: 0 }) },
  {
    name: "fast links",
    apply: (plan) => network({ latencyMs: Math.min(plan.network.latencyMs, 1) })(plan),
  },
  {
    name: "fast disks",
    apply: (plan) => changed(plan, { writeMs: Math.min(plan.writeMs, 0.5), rowsMs: 0 }),
  },
  { name: "no power cuts", apply: faults({ powerShare: 0 }) },
  { name: "no crashes amid writes", apply: faults({ diskShare: 0 }) },
  { name: "leaders struck like any", apply: faults({ leaderShare: 0 }) },
  ...SERVER_FAULT_KINDS.map((kind) => ({
    name: `half as many ${KINDS_IN_WORDS[kind]}`,
    apply: halfAsMany(kind),
  })),
  { name: "large batches", apply: (plan) => changed(plan, { batchOperationsMax: 1_024 }) },
  { name: "large reads of the log", apply: (plan) => changed(plan, { readBytesMax: MIB }) },
  {
    name: "sessions that live long",
    apply: (plan) => changed(plan, { sessionIdleMs: 3_600_000, farewellMs: 10_000 }),
  },
  { name: "large segments", apply: (plan) => changed(plan, { segmentBytes: 256 * KIB }) },
  {
    name: "rows written as usual",
    apply: (plan) => changed(plan, { flushDelayMs: STATE_LIMITS.flushDelayMs }),
  },
  {
    name: "a long log",
    apply: raft({ trailingEntries: 10_000, trailingBytes: 32 * MIB, retainBytesMax: 32 * MIB }),
  },
  { name: "a large cache of the log", apply: raft({ cacheBytesMax: 16 * MIB }) },
  { name: "large appends", apply: raft({ appendBytesMax: MIB, inflightMessagesMax: 64 }) },
  { name: "patience with states", apply: raft({ snapshotTimeoutMs: 60_000 }) },
  { name: "roomy watches", apply: roomyWatches },
];

function halfTheStorm(plan: ServerPlan): ServerPlan | undefined {
  const stormMs = Math.floor(plan.stormMs / 2);
  return stormMs < STORM_MS_LEAST ? undefined : { ...plan, stormMs };
}

function without(kind: ServerFaultKind): Simplification["apply"] {
  return faults({ [kind]: undefined });
}

/** Until there are hardly any in a storm. */
function halfAsMany(kind: ServerFaultKind): Simplification["apply"] {
  return (plan) => {
    const mean = plan.faults[kind];
    if (mean === undefined || mean > plan.stormMs) return undefined;
    return faults({ [kind]: 2 * mean })(plan);
  };
}

function halfTheCalls(plan: ServerPlan): ServerPlan | undefined {
  const thinkMs = 2 * plan.workload.thinkMs;
  return thinkMs > THINK_MS_MAX ? undefined : workload({ thinkMs })(plan);
}

function fewerNodes(plan: ServerPlan, nodes: number): ServerPlan | undefined {
  return nodes < 1 || nodes >= plan.nodes ? undefined : { ...plan, nodes };
}

/** One of them, where there are more. */
function fewer(
  name: "clients" | "plainCallers" | "concurrency" | "keys" | "leaseHolders" | "followers",
): Simplification["apply"] {
  return (plan) => (plan.workload[name] > 1 ? workload({ [name]: 1 })(plan) : undefined);
}

function roomyWatches(plan: ServerPlan): ServerPlan | undefined {
  const roomy = {
    streamBytesMax: 4 * MIB,
    recentEventsMax: 4_096,
    pageEvents: 1_000,
    sliceEvents: 1_000,
  };
  const watchLimits = changed(plan.watchLimits, roomy);
  return watchLimits && { ...plan, watchLimits };
}

function faults(change: Partial<ServerFaults>): Simplification["apply"] {
  return (plan) => inPart(plan, "faults", change);
}

function workload(change: Partial<ServerPlan["workload"]>): Simplification["apply"] {
  return (plan) => inPart(plan, "workload", change);
}

function network(change: Partial<ServerPlan["network"]>): Simplification["apply"] {
  return (plan) => inPart(plan, "network", change);
}

function raft(change: Partial<ServerPlan["raft"]>): Simplification["apply"] {
  return (plan) => inPart(plan, "raft", change);
}

function inPart<Name extends "faults" | "workload" | "network" | "raft">(
  plan: ServerPlan,
  name: Name,
  change: Partial<ServerPlan[Name]>,
): ServerPlan | undefined {
  const part = changed(plan[name], change);
  return part && { ...plan, [name]: part };
}

function changed<Whole extends object>(whole: Whole, change: Partial<Whole>): Whole | undefined {
  const names = Object.keys(change) as (keyof Whole)[];
  return names.every((name) => whole[name] === change[name]) ? undefined : { ...whole, ...change };
}
