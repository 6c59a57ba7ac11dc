import { getEventListeners } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { untilDrained } from "./until-drained.ts";

test("a stream that is full and taken from again and again leaves no listener behind", async () => {
  const { signal } = new AbortController();
  const stream = new PassThrough({ highWaterMark: 1 });
  for (let round = 0; round < 20; round++) {
    while (stream.write("x"));
    const drained = untilDrained(stream, signal);
    stream.resume();
    await drained;
    stream.pause();
  }

  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(stream.listenerCount("drain")).toBe(0);
});

test("one that is not taken from is waited for until nobody wants it", async () => {
  const end = new AbortController();
  const stream = new PassThrough({ highWaterMark: 1 });
  while (stream.write("x"));
  const listeners = stream.listenerCount("drain");
  const drained = untilDrained(stream, end.signal);

  end.abort();

  await drained;
  expect(stream.listenerCount("drain")).toBe(listeners);
});
