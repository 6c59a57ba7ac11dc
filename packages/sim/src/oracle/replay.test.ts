import type { Entry } from "@holdfast/raft";
import { expect, test } from "vitest";
import { encodeCommand, type Operation } from "../model/command.ts";
import type { Reply } from "../node/client-desk.ts";
import { Replay } from "./replay.ts";

const OPERATIONS: readonly Operation[] = [
  { kind: "read", key: 0 },
  { kind: "write", key: 0, value: 7 },
  { kind: "cas", key: 0, expected: 7, value: 8 },
  { kind: "cas", key: 0, expected: 7, value: 9 },
];

function entry(index: number, operation: number): Entry {
  return { index, term: 1, kind: "commands", payload: encodeCommand(operation, 0) };
}

function done(index: number, value: number, written: boolean): Extract<Reply, { kind: "done" }> {
  return { kind: "done", index, value, written };
}

function replayed(): Replay {
  const replay = new Replay(OPERATIONS);
  replay.take(entry(1, 1));
  replay.take(entry(2, 2));
  replay.take(entry(3, 3));
  return replay;
}

test("answers that the log explains are taken", () => {
  const replay = replayed();

  replay.answered(1, 0, done(1, 0, true));
  replay.answered(0, 1, done(1, 7, false));
  replay.answered(2, 1, done(2, 7, true));
  replay.answered(3, 2, done(3, 8, false));

  expect(replay.returned).toBe(3);
});

test("a read of an older value than its place has is caught", () => {
  expect(() => replayed().answered(0, 0, done(2, 7, false))).toThrow(/I14/);
});

test("a read that stands before what had returned is caught", () => {
  const replay = replayed();
  replay.answered(2, 0, done(2, 7, true));

  expect(() => replay.answered(0, replay.returned, done(1, 7, false))).toThrow(
    /had returned before/,
  );
});

test("a compare-and-set that claims what it did not do is caught", () => {
  expect(() => replayed().answered(3, 0, done(3, 8, true))).toThrow(/I14/);
});
