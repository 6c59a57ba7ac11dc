import { SeededRandom } from "@holdfast/base";
import { CLIENT_LIMITS, type ClientLimits } from "../src/core/client-limits.ts";
import { Holdfast } from "../src/core/holdfast.ts";
import type { RequestError } from "../src/core/request-error.ts";
import { SessionClient } from "../src/core/session-client.ts";
import { ManualWorld } from "./manual-world.ts";
import { MemoryCluster } from "./memory-cluster.ts";

export const N1 = "n1:2379";
export const N2 = "n2:2379";
export const N3 = "n3:2379";

export interface Stage {
  readonly world: ManualWorld;
  readonly cluster: MemoryCluster;
  readonly client: Holdfast;
  readonly session: SessionClient;
}

/** A client that is connected to three nodes in memory and has not written yet. */
export async function connected(limits: Partial<ClientLimits> = {}): Promise<Stage> {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2, N3]);
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(7), transport: cluster },
    { addresses: [N1], limits: { ...CLIENT_LIMITS, ...limits } },
  );
  const opened = session.open({ timeoutMs: 5000 });
  await world.settle();
  await opened;
  const nodes = { status: () => Promise.reject(new Error("nobody asks here")) };
  return { world, cluster, session, client: new Holdfast(session, nodes, { timeoutMs: 5000 }) };
}

/** A connected client whose session is open, over a store that is empty; frames are counted from here on. */
export async function inSession(limits: Partial<ClientLimits> = {}): Promise<Stage> {
  const stage = await connected(limits);
  const opening = stage.client.delete("nothing");
  await stage.world.settle();
  await opening;
  stage.cluster.seen.length = 0;
  return stage;
}

/** What became of a promise so far. */
export interface Watched<Value> {
  value: Value | undefined;
  error: RequestError | undefined;
}

/** Follows a promise without waiting for it. */
export function watch<Value>(promise: Promise<Value>): Watched<Value> {
  const watched: Watched<Value> = { value: undefined, error: undefined };
  promise.then(
    (value) => {
      watched.value = value;
    },
    (error: RequestError) => {
      watched.error = error;
    },
  );
  return watched;
}

/** How often a key was written, asked through the client. */
export async function versionOf(
  { world, client }: Stage,
  key: string,
): Promise<number | undefined> {
  const entry = watch(client.get(key));
  await world.pass(1000);
  return entry.value?.version;
}
