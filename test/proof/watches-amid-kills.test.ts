import { test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { expectAllTold } from "../watch/watched-kills.ts";

const cluster = sharedCluster();

test("twenty kills of the leader lose, double or disorder no event of 100 watches of 1,000 writes a second", async () => {
  const seen = await expectAllTold(cluster(), {
    prefix: "watched/",
    watches: 100,
    kills: 20,
    perSecond: 1000,
    writesBetween: 1000,
  });

  show("watches amid kills", seen);
});
