import { eventually, SeededRandom } from "@holdfast/testkit";
import { expect } from "vitest";
import { show } from "../show.ts";
import { UniqueWrites } from "../unique-writes.ts";
import type { FaultStage } from "./fault-stage.ts";
import { drawFaults } from "./faults.ts";
import { roles } from "./networked-cluster.ts";
import { latestTerm, Ordeal } from "./ordeal.ts";

/** A fault lasts until so much was written in spite of it, but so long at least and at most. */
const WRITES = 200;
const LASTS_MS = { least: 1000, most: 2500 } as const;
/** Old connections are given up within 1.5 s, a dial within 1 s, an election takes 2 s, and a client waits 2 s for a node. */
const SERVED_WITHIN_MS = 8000;
/** Elections of a round: a leader that is lost when it begins and again when it is mended, and split votes. */
const TERMS_MAX = 5;
/** Clients that stay through all rounds ask so often. */
const STAYING = { clients: 2, perSecond: 20 } as const;

/**
 * So many rounds, in each of which one or two things fail under load by clients of
 * all kinds. Each is mended and judged by itself; the writes of clients that stay
 * through all of them are judged at the end.
 */
export async function faultRounds(
  stage: FaultStage,
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): Promise<void> {
  const random = new SeededRandom(seed);
  const { cluster } = stage;
  await using staying = new UniqueWrites("staying/", { perSecond: STAYING.perSecond });
  for (let client = 0; client < STAYING.clients; client++) await staying.addSdk(cluster, 1);
  for (let round = 1; round <= rounds; round++) {
    await faultRound(stage, { random, round, seed });
  }
  await staying.stop();
  await using client = await cluster.connect();
  expect(await staying.lost(client)).toEqual([]);
}

async function faultRound(
  stage: FaultStage,
  {
    random,
    round,
    seed,
  }: { readonly random: SeededRandom; readonly round: number; readonly seed: number },
): Promise<void> {
  const { cluster } = stage;
  const faults = drawFaults(random);
  const what = `round ${round} of seed ${seed}: ${faults.map((fault) => fault.what).join(" and ")}`;
  await using ordeal = await Ordeal.begin(`round ${round}`, cluster);
  const all = await roles(cluster);
  const before = await latestTerm(cluster);
  const since = performance.now();
  const goal = ordeal.writes.acknowledged.length + WRITES;

  const mends = [];
  for (const fault of faults) mends.push({ ...fault, mend: await fault.begin(stage, all) });
  await eventually(
    () => {
      const pastMs = performance.now() - since;
      const isDone = ordeal.writes.acknowledged.length >= goal;
      return pastMs >= LASTS_MS.most || (isDone && pastMs >= LASTS_MS.least);
    },
    { within: 2 * LASTS_MS.most + SERVED_WITHIN_MS, what },
  );
  const written = ordeal.writes.acknowledged.length + WRITES - goal;
  // A node that was wiped is admitted again only by a majority that can be reached.
  for (const { mend: whole } of mends.toSorted((a, b) => a.kind.localeCompare(b.kind)))
    await whole();

  const servedMs = await ordeal.served(performance.now());
  const terms = (await latestTerm(cluster)) - before;
  show(what, { written, servedMs: Math.round(servedMs), terms });
  expect(servedMs, what).toBeLessThan(SERVED_WITHIN_MS);
  expect(terms, what).toBeLessThanOrEqual(TERMS_MAX);
  await ordeal.judge({ atLeast: 100 });
}
