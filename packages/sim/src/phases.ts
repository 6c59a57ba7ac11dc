import type { MemberId, Millis } from "@holdfast/base";
import { type Membership, membersOf } from "@holdfast/raft";
import type { Life } from "./node/life.ts";
import type { Machine } from "./node/machine.ts";
import type { WorldPlan } from "./plan/world-plan.ts";
import { describe } from "./trace.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

const WARM_UP_TIMEOUTS = 5;
/** Reading an entry from the log that is no longer in memory takes about so long, as simulated. */
const COLD_READ_MS = 10;
/** Every leader that is deposed begins again by asking how far the others are. */
const UNCALM_FACTOR = 4;
/** A healthy core has a leader within so many election timeouts (testing plan, section 3). */
const LEADER_TIMEOUTS = 20;
const PROBE_CLIENTS = 3;
const PROBES_EACH = 10;
const PROBE_THINK_MS = 5;
const SERVED_WITHIN_MS = 120_000;
const CONVERGED_WITHIN_MS = 120_000;
const CORE_TRIES = 40;
/** A part that gives its decisions to others is followed by another part, so many times. */
const PARTS_MAX = 5;
/** Longer than anybody waits for a part. */
const HELD_AWAY_MS = 10_000_000;
const AT_REST_WITHIN_MS = 120_000;
/** So long nobody disturbs whoever leads, at one of so many tries: late words of the storm may still arrive. */
const REST_TIMEOUTS = 10;
const REST_TRIES = 20;
/** A plan is calm if an election timeout is so many times as long as what it takes to answer. */
const CALM_FACTOR = 20;

/** How long it is quiet before the storm. */
export function warmUpMs({ core }: WorldPlan): Millis {
  return WARM_UP_TIMEOUTS * core.electionTimeoutMs;
}

/**
 * The course of a run: a quiet beginning; the storm; a quorum is healed and must
 * serve while the rest stays as it is; then everything heals and must agree.
 * Safety is watched all the time, progress is asked for only where it is owed.
 */
export function runPhases(world: World): void {
  const { plan, timeline, workload } = world;
  world.network.faulty = false;
  world.begin();
  workload.start(plan.workload.clients);
  world.player?.start();
  world.observer?.phase?.(timeline.now, "a quiet beginning");
  timeline.runUntil(timeline.now + warmUpMs(plan));

  storm(world);

  for (let parts = 0; parts < PARTS_MAX; parts++) {
    const core = chooseCore(world);
    healAmong(world, core);
    holdAway(world, core);
    if (requireService(world, core, "a healed quorum") === "served") break;
  }

  const all = world.machines;
  healAmong(world, all);
  requireService(world, all, "a healed cluster");
  requireRest(world);
}

function storm(world: World): void {
  const { plan, timeline, network, connections, nemesis, operator, usurper, player } = world;
  world.observer?.phase?.(timeline.now, "storm");
  network.faulty = true;
  connections.rumours = true;
  if (player === undefined) {
    nemesis.start();
    nemesis.every(plan.faults.transfer, () => operator.transfer());
    nemesis.every(plan.faults.membership, () => operator.changeMembership());
    nemesis.every(plan.faults.wipe, () => operator.wipe());
    nemesis.every(plan.faults.usurp, () => usurper.strike());
  }
  timeline.runUntil(timeline.now + plan.stormMs);
  nemesis.stop();
  player?.stopFaults();
  network.faulty = false;
  connections.rumours = false;
}

/**
 * Machines that together can decide whatever any of them takes for the configuration
 * in force; as few as chance finds.
 */
function chooseCore(world: World): readonly Machine[] {
  const dice = world.coreDice;
  const born = world.machines.filter(({ store }) => store.log !== undefined);
  for (let tries = 0; tries < CORE_TRIES; tries++) {
    const some = dice.shuffled(born).slice(0, 1 + dice.below(born.length));
    if (canDecide(some)) return some;
  }
  return born;
}

function canDecide(machines: readonly Machine[]): boolean {
  const ids = new Set<MemberId>(machines.map(({ store }) => store.id));
  return machines.every((machine) => {
    const membership = effectiveOf(machine);
    return membership !== undefined && hasQuorum(membership, ids);
  });
}

function hasQuorum({ voters, outgoing }: Membership, ids: ReadonlySet<MemberId>): boolean {
  return [voters, outgoing].every((half) => {
    const there = half.filter((id) => ids.has(id)).length;
    return half.length === 0 || there > half.length / 2;
  });
}

function effectiveOf({ life, store }: Machine): Membership | undefined {
  return (life?.log ?? store.log?.durable)?.effective.membership;
}

function healAmong(world: World, machines: readonly Machine[]): void {
  const { network, timeline } = world;
  world.observer?.healed?.(timeline.now, slots(machines));
  for (const machine of machines) {
    for (const other of machines) network.heal(machine.slot, other.slot);
    machine.weather.recovered();
    world.start(machine);
    world.resume(machine);
    machine.life?.clockLeapt();
  }
  timeline.runUntil(timeline.now + 1);
}

/** Whatever comes back meanwhile: what is decided is decided by these alone. */
function holdAway({ network, timeline, machines: all }: World, machines: readonly Machine[]): void {
  const until = timeline.now + HELD_AWAY_MS;
  for (const { slot } of machines) {
    for (const other of all) {
      if (machines.includes(other)) continue;
      network.cut(slot, other.slot, until);
      network.cut(other.slot, slot, until);
    }
  }
}

function requireService(
  world: World,
  machines: readonly Machine[],
  who: string,
): "served" | "excused" {
  const { plan, timeline, workload } = world;
  const began = timeline.now;
  world.observer?.phase?.(began, who);
  const within = (ms: Millis, reached: () => boolean, what: string): void => {
    const isOver = (): boolean => reached() || isExcused(world, machines);
    timeline.runUntil(timeline.now + ms, isOver);
    // A write that began meanwhile may take longer than anybody could know, and what waits for it is owed after it.
    const busy = Math.max(...machines.map(({ weather }) => weather.busyUntil));
    if (!isOver() && busy > timeline.now) timeline.runUntil(busy + ms, isOver);
    if (!isOver()) {
      throw new Violation(
        "liveness",
        `${who} (nodes ${slots(machines)}) ${what}; ${report(world)}`,
      );
    }
  };
  workload.stop();
  const { electionTimeoutMs } = plan.core;
  const born = machines.filter(({ store }) => store.log !== undefined);
  const patience =
    LEADER_TIMEOUTS * electionTimeoutMs + slack(world, machines) + catchUp(world, born);
  within(patience, () => leads(machines), `has no leader after ${patience.toFixed(0)} ms`);

  const { writesDone, readsDone } = workload;
  workload.narrow(slots(machines), PROBE_THINK_MS);
  workload.start(PROBE_CLIENTS);
  const isServed = (): boolean =>
    workload.writesDone >= writesDone + PROBES_EACH &&
    workload.readsDone >= readsDone + PROBES_EACH;
  const serves = SERVED_WITHIN_MS + slack(world, machines) + catchUp(world, machines);
  within(serves, isServed, "does not serve");

  workload.stop();
  const converges = CONVERGED_WITHIN_MS + catchUp(world, machines);
  within(converges, () => hasConverged(world, machines), "does not converge");
  world.trace.note(timeline.now, "serves", -1, Math.round(timeline.now - began));
  return isExcused(world, machines) ? "excused" : "served";
}

/**
 * A process that stood still may have been asked for a change before its part was chosen, and
 * take it up when it goes on: then that part may decide no more.
 */
function isExcused(world: World, machines: readonly Machine[]): boolean {
  return machines !== world.machines && !canDecide(machines);
}

/**
 * With nothing to do and nothing broken, every change that was begun comes to its end, and then
 * whoever leads goes on to lead: a joint configuration that nobody leaves, a peer that is probed
 * for ever or a member that disturbs would not be seen by those who only ask to be served.
 */
function requireRest(world: World): void {
  const { plan, timeline } = world;
  const fail = (what: string): never => {
    throw new Violation("liveness", `a healed cluster ${what}; ${report(world)}`);
  };
  for (let tries = 0; tries < REST_TRIES; tries++) {
    const restsAt = timeline.now + AT_REST_WITHIN_MS + catchUp(world, world.machines);
    timeline.runUntil(restsAt, () => leaderAtRest(world) !== undefined);
    const leader = leaderAtRest(world) ?? fail("does not come to rest");
    const { term } = leader.status;
    timeline.runUntil(timeline.now + REST_TIMEOUTS * plan.core.electionTimeoutMs);
    if (leader.status.term === term && leader.status.role === "leader") return;
    if (!isCalm(plan)) return;
  }
  fail("does not stay at rest");
}

/** The leader, if nobody is on the way anywhere. */
function leaderAtRest({ lives }: World): Life | undefined {
  const leader = lives
    .filter(({ status }) => status.role === "leader")
    .sort((a, b) => b.status.term - a.status.term)[0];
  if (leader === undefined) return undefined;
  const { membership, peers, lastIndex, transferringTo } = leader.status;
  const isHere = (id: MemberId): boolean => lives.some((life) => life.id === id);
  const follows = ({ id, status }: Life): boolean =>
    status.leader === leader.id || !membersOf(membership).includes(id);
  const isSettled = membership.outgoing.length === 0 && transferringTo === undefined;
  const isPromoted = membership.promotions.every(({ learner }) => !isHere(learner));
  const isServed = peers.every(
    ({ id, state, match }) => !isHere(id) || (state === "replicate" && match === lastIndex),
  );
  return isSettled && isPromoted && isServed && lives.every(follows) ? leader : undefined;
}

/** Whether answers come so much faster than anybody loses patience that no leader has a reason to go. */
function isCalm({ core, network, disk }: WorldPlan): boolean {
  const patience = Math.min(core.electionTimeoutMs, core.diskStallMs);
  return disk.slowProbability === 0 && CALM_FACTOR * (disk.writeMs + network.latencyMs) < patience;
}

/** What is still on slow ways when the faults end may disturb for so long; one write alone may take longer. */
function slack({ plan, timeline }: World, machines: readonly Machine[]): Millis {
  const busyMs = machines.map(({ weather }) => Math.max(0, weather.busyUntil - timeline.now));
  return 2_000 + 200 * plan.network.latencyMs + 100 * plan.disk.writeMs + Math.max(...busyMs);
}

/**
 * A leader has committed nothing of its term until a quorum has all that comes before, nobody rests before all
 * have, and where the options allow one entry on its way at a time, that takes so long for each; and longer where leaders go meanwhile.
 */
function catchUp({ plan }: World, machines: readonly Machine[]): Millis {
  const ends = machines.map(lastIndexOf);
  const behind = Math.max(...ends) - Math.min(...ends);
  const each = 4 * plan.network.latencyMs + 2 * plan.disk.writeMs + COLD_READ_MS;
  return behind * each * (isCalm(plan) ? 1 : UNCALM_FACTOR);
}

/** One that was not born yet has everything before it. */
function lastIndexOf({ life, store }: Machine): number {
  return (life?.log ?? store.log?.durable)?.lastIndex ?? 0;
}

function leads(machines: readonly Machine[]): boolean {
  return machines.some(
    ({ life }) =>
      life?.status.role === "leader" && life.log.termAt(life.status.commit) === life.status.term,
  );
}

/** Members of the newest configuration hold the same, and nobody waits for anything. */
function hasConverged(world: World, machines: readonly Machine[]): boolean {
  const { witness, workload } = world;
  if (workload.open > 0) return false;
  const members = newestMembers(world);
  return machines.every(({ life, store }) => {
    if (!members.has(store.id)) return true;
    if (life === undefined) return false;
    const { applied } = life.applier;
    return (
      applied === witness.committed.last &&
      life.status.lastIndex === applied &&
      witness.tokens.openAt(life) === 0
    );
  });
}

function newestMembers({ witness, machines, plan }: World): ReadonlySet<MemberId> {
  const membership = witness.committed.memberships.at(-1)?.membership;
  if (membership !== undefined) return new Set([...membership.voters, ...membership.learners]);
  const first = machines.slice(0, plan.voters + plan.learners);
  return new Set(first.map(({ store }) => store.id));
}

function slots(machines: readonly Machine[]): readonly number[] {
  return machines.map(({ slot }) => slot);
}

function report({ machines, witness }: World): string {
  const lines = machines.map(({ slot, life, pausedUntil }) => {
    if (life === undefined) return `${slot}: down`;
    const { role, term, leader, commit, lastIndex } = life.status;
    const applied = life.applier.applied;
    const open = witness.tokens.openAt(life);
    return `${slot}: ${describe({ role, term, leader, commit, lastIndex, applied, open, pausedUntil })}`;
  });
  return `committed ${witness.committed.last}; ${lines.join("; ")}`;
}
