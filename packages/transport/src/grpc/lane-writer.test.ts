import { type MemberId, silentLogger } from "@holdfast/base";
import type { PeerMessage } from "@holdfast/replica";
import { expect, test } from "vitest";
import { decodePeerFrame, peerMessageBytes } from "../peer-codec.ts";
import { type PeerLimits, resolvePeerLimits } from "../peer-limits.ts";
import { newPeerCounters } from "../peer-stats.ts";
import { LaneWriter } from "./lane-writer.ts";

const from = 1 as MemberId;

test("what one turn pushes goes into one frame", async () => {
  const { writer, frames } = laneOf({});

  for (let size = 1; size <= 10; size++) writer.push(forward(size));
  await nextTurn();

  expect(frames.map(sizes)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]);
});

test("a turn that is larger than a frame is split, in order; a single large message travels alone", async () => {
  const { writer, frames } = laneOf({ frameBytesMax: 1_000 });

  for (const size of [300, 300, 300, 2_000, 10]) writer.push(forward(size));
  await nextTurn();
  for (let taken = 0; taken < frames.length; taken++) frames[taken]?.taken();

  expect(frames.map(sizes)).toEqual([[300, 300], [300], [2_000], [10]]);
});

test("no more frames than the limit are with the socket, and the next follows when one is taken", async () => {
  const { writer, frames } = laneOf({ frameBytesMax: 1_000, framesInFlightMax: 2 });
  for (let count = 0; count < 6; count++) {
    writer.push(forward(10));
    await nextTurn();
  }

  expect(frames.map(sizes)).toEqual([[10], [10]]);
  frames[0]?.taken();
  expect(frames.map(sizes)).toEqual([[10], [10], [10, 10, 10, 10]]);
});

test("a full queue refuses the newest and keeps what it has", async () => {
  const { writer, frames } = laneOf({ framesInFlightMax: 1, queueMessagesMax: 3 });
  writer.push(forward(1));
  await nextTurn();

  const taken = [2, 3, 4, 5, 6].map((size) => writer.push(forward(size)));
  frames[0]?.taken();

  expect(taken).toEqual([true, true, true, false, false]);
  expect(frames.map(sizes)).toEqual([[1], [2, 3, 4]]);
});

test("a queue is full in bytes as well as in messages", async () => {
  const each = peerMessageBytes(forward(1_000));
  const { writer } = laneOf({ framesInFlightMax: 1, queueBytesMax: 2 * each });
  writer.push(forward(1));
  await nextTurn();

  expect([1, 2, 3].map(() => writer.push(forward(1_000)))).toEqual([true, true, false]);
});

test("a message that no frame can hold is refused", () => {
  const { writer } = laneOf({});

  expect(writer.push(forward(8 * 1024 * 1024))).toBe(false);
});

test("a closed lane tells how much it lost and takes nothing more", async () => {
  const { writer, frames } = laneOf({});
  writer.push(forward(1));
  writer.push(forward(2));

  expect(writer.close()).toBe(2);
  await nextTurn();

  expect(writer.push(forward(3))).toBe(false);
  expect(frames).toEqual([]);
});

interface Written {
  readonly frame: Uint8Array;
  readonly taken: () => void;
}

function laneOf(given: Partial<PeerLimits>): {
  readonly writer: LaneWriter;
  readonly frames: readonly Written[];
} {
  const frames: Written[] = [];
  const writer = new LaneWriter({
    limits: resolvePeerLimits(given),
    counters: newPeerCounters(),
    logger: silentLogger,
    write: (frame, taken) => frames.push({ frame, taken }),
  });
  return { writer, frames };
}

function forward(size: number): PeerMessage {
  return { kind: "forward", from, batch: new Uint8Array(size) };
}

function sizes({ frame }: Written): readonly number[] {
  return decodePeerFrame(frame).messages.map((message) =>
    message.kind === "forward" ? message.batch.length : 0,
  );
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
