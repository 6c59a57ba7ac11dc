import type { Cluster } from "@holdfast/testkit";
import { expect } from "vitest";
import { mend } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { disorderIn, FollowingClients } from "./following-clients.ts";

export interface WatchedKills {
  readonly prefix: string;
  readonly watches: number;
  readonly kills: number;
  readonly perSecond: number;
  /** Writes that are acknowledged before the next kill. */
  readonly writesBetween: number;
}

/** Kills the leader again and again while watches follow what is written; then asks whether each was told all of it. */
export async function expectAllTold(cluster: Cluster, given: WatchedKills): Promise<object> {
  const { prefix, watches, kills, perSecond, writesBetween } = given;
  await using client = await cluster.connect();
  const { revision } = await client.put(`${prefix}begin`, "");
  await using followers = await FollowingClients.start(cluster, {
    prefix,
    from: revision,
    count: watches,
  });
  const writes = new UniqueWrites(prefix, { perSecond });
  await writes.addSdk(cluster, 64);
  for (let kill = 0; kill < kills; kill++) {
    await writes.more(writesBetween);
    const leader = await cluster.leader();
    await leader.kill();
    await writes.more(writesBetween);
    await leader.start();
  }
  await writes.stop();
  await mend(cluster);
  const { revision: last } = await client.put(`${prefix}end`, "");
  await followers.toldOf(last);
  const { entries } = await client.range({ prefix });
  const stored = entries
    .map((entry) => ({ revision: entry.modRevision, key: entry.key, value: entry.text() }))
    .sort((a, b) => a.revision - b.revision);
  for (const changes of followers.told) {
    expect(disorderIn(changes)).toEqual([]);
    // Each key is written once, so that what is stored is all that happened.
    expect(changes).toEqual(stored);
  }
  expect(await writes.lost(client)).toEqual([]);
  return { writes: writes.acknowledged.length, events: stored.length * watches };
}
