import { Violation } from "../violation.ts";
import type { ServerWorld } from "./server-world.ts";
import { membersOf } from "./standing.ts";

/** The longest lease of a holder, twice, and what the looks of a leader take, ms. */
const LEASES_END_MS = 20_000;
const TIMEOUTS_MAX = 10;
/** Between two looks, ms. */
const LOOK_MS = 100;

/** Nobody renews any more, so every lease ends, everywhere. */
export async function requireLeasesToEnd(world: ServerWorld): Promise<void> {
  const { machines, plan } = world;
  const left = (): number => {
    const members = membersOf(machines);
    // Without a leader nobody knows who they are.
    if (members.length === 0) return 1;
    return members.reduce(
      (sum, { process }) => sum + (process?.replica?.leases.counts().leases ?? 1),
      0,
    );
  };
  let looksAt = 0;
  await world.run(LEASES_END_MS + TIMEOUTS_MAX * plan.raft.electionTimeoutMs, () => {
    const { now } = world.timeline;
    if (now < looksAt) return false;
    looksAt = now + LOOK_MS;
    return left() === 0;
  });
  if (left() > 0) throw new Violation("liveness", `${left()} leases never end`);
}
