import type { MemberId } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import { expect, test } from "vitest";
import { laneOf } from "./lane.ts";

const envelope = { from: 1 as MemberId, to: 2 as MemberId, term: 1 };
const session = { ...envelope, epoch: 1, round: 1 };
const entry = { term: 0, index: 0 };

const heartbeatLane: readonly Message[] = [
  { kind: "pre-vote-request", ...envelope, last: entry },
  { kind: "pre-vote-response", ...envelope, granted: true },
  { kind: "vote-request", ...envelope, last: entry, transfer: false },
  { kind: "vote-response", ...envelope, granted: true },
  { kind: "heartbeat-request", ...session, commit: 0, floor: 0 },
  { kind: "heartbeat-response", ...session },
  { kind: "read-index-request", ...envelope, id: 1 },
  { kind: "read-index-response", ...envelope, id: 1, index: undefined },
  { kind: "timeout-now", ...envelope },
];

const raftLane: readonly Message[] = [
  { kind: "append-request", ...session, prev: entry, entries: [], commit: 0, floor: 0 },
  { kind: "append-accepted", ...session, match: 0 },
  { kind: "append-rejected", ...session, rejected: 1, hint: entry },
];

test.each(heartbeatLane)("$kind is never behind an append", (message) => {
  expect(laneOf({ kind: "raft", message })).toBe("heartbeat");
});

test.each(raftLane)("$kind travels with the log", (message) => {
  expect(laneOf({ kind: "raft", message })).toBe("raft");
});

test("forwarded proposals travel with the log", () => {
  expect(laneOf({ kind: "forward", from: envelope.from, batch: new Uint8Array(1) })).toBe("raft");
});
