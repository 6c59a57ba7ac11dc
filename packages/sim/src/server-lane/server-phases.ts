import type { Millis } from "@holdfast/base";
import { judgeKeyValueHistory } from "@holdfast/checker";
import { require, Violation } from "../violation.ts";
import { requireLeasesToEnd } from "./leases-end.ts";
import type { ServerWorld } from "./server-world.ts";
import { describeStanding, leaderOf, membersOf, statusOf } from "./standing.ts";

/** After the last fault everybody follows one leader within so many election timeouts, and this more. */
const TIMEOUTS_MAX = 30;
const SLACK_MS = 20_000;
/** The most patient call takes so long, ms. */
const CALLS_END_MS = 45_000;
/** A client finds out so late that a machine without power is gone, for each of two, and tries another, ms. */
const FINDS_ANOTHER_MS = 45_000;
/** Links that are slow while a cluster is formed keep it from that for so many times as long. */
const FORMATION_FACTOR = 4;
/** So long nobody disturbs whoever leads, at one of so many tries. */
const REST_TIMEOUTS = 10;
const REST_TRIES = 20;
const HASH_TRIES = 20;
/** Questions to the model in one judgement of a history. */
const STEPS_MAX = 2_000_000;

/** Storm, then calm: promises are held throughout, progress once the faults have ended. */
export async function runServerPhases(world: ServerWorld): Promise<void> {
  world.phase("formation");
  world.watch();
  world.startAll();
  // Messages may be slow from the start, and in a connection all that follow wait for one that is.
  await settles(world, FORMATION_FACTOR * patience(world), "no cluster was formed");
  world.marks.hit("cluster formed");
  world.phase("storm");
  world.population.start();
  world.nemesis.start();
  await world.run(world.plan.stormMs);
  world.trace.note(world.timeline.now, "the faults end", 0);
  world.phase("calm");
  world.nemesis.stop();
  await settles(world, patience(world), "after the faults");
  if (membersOf(world.machines).some(({ wiped }) => wiped)) world.marks.hit("wiped node admitted");
  world.phase("calls end");
  await requireCallsToEnd(world);
  await requireService(world);
  await requireOperation(world);
  world.phase("states are compared");
  await requireEqualStates(world);
  await requireRest(world);
  await restartAll(world);
  await requireEqualStates(world);
  world.phase("leases end");
  await requireLeasesToEnd(world);
  world.phase("what was told is judged");
  await through(world, world.population.leaseHolders.judge());
  await through(world, world.population.contestants.judgeLedger());
  await requireAllToBeTold(world);
  world.population.fencing.judge();
  judgeHistory(world);
  if (world.agreement.elections > 1) world.marks.hit("leader elected again");
}

async function requireCallsToEnd(world: ServerWorld): Promise<void> {
  const { population } = world;
  population.stop();
  await world.run(CALLS_END_MS, () => population.underWay === 0);
  const { underWay } = population;
  require(underWay === 0, "I18", () => `${underWay} calls never came to an end`);
  const { unary } = world;
  await world.run(patience(world), () => unary.underWay === 0);
  const { underWay: kept } = unary;
  require(kept === 0, "I18", () => `nodes never answer ${kept} calls that they have taken`);
}

/** Whoever asks a node that is left is served, while a minority is gone. */
async function requireService(world: ServerWorld): Promise<void> {
  await settles(world, patience(world), "before a minority is gone");
  const members = membersOf(world.machines);
  const taken = world.nemesis.takeMinority();
  world.phase(taken.length > 0 ? "a minority is gone" : "all are asked");
  const { owed, contestants } = world.population;
  owed.ask(
    members.filter((machine) => !taken.includes(machine)),
    contestants.clients,
  );
  await world.run(patience(world) + FINDS_ANOTHER_MS, () => owed.open.length === 0);
  require(owed.open.length === 0, "liveness", () => {
    return `nobody answers ${owed.open.join(", ")}; ${describeStanding(world.machines)}`;
  });
  for (const machine of taken) world.start(machine);
  await settles(world, patience(world), "after a minority was gone");
}

/** An operator gets what he asks for. */
async function requireOperation(world: ServerWorld): Promise<void> {
  world.phase("an operator asks");
  const owed = world.nemesis.askOperator();
  await world.run(2 * patience(world), () => owed.open.length === 0);
  require(owed.open.length === 0, "liveness", () => {
    return `an operator does not get ${owed.open.join(", ")}; ${describeStanding(world.machines)}`;
  });
  await settles(world, patience(world), "after an operator asked");
}

/** With nothing to do and nothing broken, whoever leads goes on to lead. */
async function requireRest(world: ServerWorld): Promise<void> {
  world.phase("at rest");
  for (let tries = 0; tries < REST_TRIES; tries++) {
    const before = leadershipOf(world);
    await world.run(REST_TIMEOUTS * world.plan.raft.electionTimeoutMs);
    if (before !== undefined && leadershipOf(world) === before) return;
    await settles(world, patience(world), "at rest");
  }
  throw new Violation("liveness", `does not stay at rest; ${describeStanding(world.machines)}`);
}

function leadershipOf({ machines }: ServerWorld): string | undefined {
  const leader = leaderOf(machines);
  return leader && `${leader.name} in term ${statusOf(leader)?.term}`;
}

/** Watches end up where the store is, whatever happened on the way. */
async function requireAllToBeTold(world: ServerWorld): Promise<void> {
  const { machines } = world;
  const { followers } = world.population;
  await settles(world, patience(world), "before watches were asked");
  const newest = Math.max(...membersOf(machines).map((one) => statusOf(one)?.revision ?? 0));
  const areTold = (): boolean => followers.haveReached(newest);
  await world.run(patience(world), areTold);
  require(areTold(), "I23", () => `a watch was never told of revision ${newest}`);
  followers.stop();
}

/** All machines lose power at once: what was acknowledged is on their disks. */
async function restartAll(world: ServerWorld): Promise<void> {
  world.phase("all lose power");
  world.observer?.fault?.(world.timeline.now, "crash", "all nodes lose power");
  for (const machine of world.machines) {
    world.strike(machine, { power: true, reason: "all of them do" });
  }
  await settles(world, patience(world), "after all lost power");
}

async function settles(world: ServerWorld, withinMs: Millis, when: string): Promise<void> {
  if (await world.rests(withinMs)) return;
  throw new Violation("liveness", `${when}: ${describeStanding(world.machines)}`);
}

/** What is slow in a run may also take longer to come to rest. */
function patience({ plan }: ServerWorld): Millis {
  const { raft, network, writeMs, rowsMs } = plan;
  const { electionTimeoutMs, snapshotTimeoutMs } = raft;
  // The offer of a state may have been lost just before the faults ended.
  const offered = 1.2 * snapshotTimeoutMs;
  const slow = 2_000 * (network.latencyMs + writeMs) + 100 * rowsMs;
  return TIMEOUTS_MAX * electionTimeoutMs + SLACK_MS + offered + slow;
}

/** Equal applied indices mean equal states, sessions and all; however each node came to it (I17, I20). */
async function requireEqualStates(world: ServerWorld): Promise<void> {
  for (let tries = 0; tries < HASH_TRIES; tries++) {
    await settles(world, patience(world), "before the states were compared");
    const before = appliedBy(world);
    const members = membersOf(world.machines);
    const hashes = await through(world, Promise.all(members.map(hashOf)));
    if (appliedBy(world) !== before) continue;
    const differing = hashes.filter((hash) => hash !== hashes[0]);
    require(differing.length === 0, "I17", () =>
      `at equal indices (${before}): ${hashes.join(", ")}`);
    return;
  }
  throw new Violation("liveness", "the nodes never come to rest");
}

async function hashOf({ process }: ServerWorld["machines"][number]): Promise<number> {
  const context = { timeoutMs: Number.POSITIVE_INFINITY, requireLeader: false };
  const found = await process?.maintenance?.hash(context);
  if (found === undefined) throw new Violation("liveness", "a node that was settled is gone");
  return found.hash;
}

function appliedBy({ machines }: ServerWorld): string {
  return membersOf(machines)
    .map((machine) => `${machine.name} ${statusOf(machine)?.applied}`)
    .join(", ");
}

/** Lets things happen until a promise is kept. */
async function through<Value>(world: ServerWorld, promise: Promise<Value>): Promise<Value> {
  let isOver = false;
  let value: Value | undefined;
  promise.then(
    (kept) => {
      isOver = true;
      value = kept;
    },
    (failure: unknown) => world.fail(failure),
  );
  await world.run(4 * patience(world), () => isOver);
  require(isOver, "liveness", () => "a call at the end was never answered");
  return value as Value;
}

function judgeHistory({ population: { history }, marks }: ServerWorld): void {
  const { kind, text } = judgeKeyValueHistory(history.history, {
    stepsMax: STEPS_MAX,
  });
  if (kind === "illegal") throw new Violation("I14", text);
  // A search that has no more budget has found nothing, which is not the same.
  if (kind === "legal") marks.hit("history judged to its end");
}
