import { expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { expectAllTold } from "./watched-kills.ts";

const cluster = sharedCluster();

test("two kills of the leader lose, double or disorder no event of thirty watches", async () => {
  const seen = await expectAllTold(cluster(), {
    prefix: "watched/",
    watches: 30,
    kills: 2,
    perSecond: 300,
    writesBetween: 150,
  });

  show("watches amid kills", seen);
  expect(seen).toMatchObject({ writes: expect.any(Number) });
});
