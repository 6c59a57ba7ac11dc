import type { MemberId } from "@holdfast/base";
import { expect, test } from "vitest";
import { resolveRaftOptions } from "../raft-options.ts";
import { PeerProgress } from "./peer-progress.ts";

test("a peer that has everything is probed again once it answers a heartbeat, and so comes out of its probe", () => {
  const start = { id: 2 as MemberId, epoch: 1, next: 6, round: 0, now: 0 };
  const peer = new PeerProgress(start, resolveRaftOptions());
  peer.accepted(5, 0);
  // A read of old entries fails late: what it was for has come by another way.
  peer.fetchFailed();
  expect(peer).toMatchObject({ state: "probe", match: 5, open: false });

  peer.heartbeatAnswered(10, 5, 100);

  expect(peer.open).toBe(true);
  peer.accepted(5, 0);
  expect(peer.state).toBe("replicate");
});
