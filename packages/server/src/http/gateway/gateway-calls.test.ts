import { Metadata } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { StreamCall } from "./gateway-calls.ts";

test("the handler of a stream whose answer cannot be told is told that nobody listens, once", async () => {
  const told: unknown[] = [];
  const outlet = {
    message: () => Promise.reject(new Error("too long for a text")),
    ended: (failure: unknown) => told.push(failure),
  };
  const call = new StreamCall(undefined, new Metadata(), outlet);
  call.on("cancelled", () => told.push("cancelled"));

  await new Promise((done) => call.write({}, done));
  await new Promise(setImmediate);
  call.cancel();

  expect(told).toEqual([{ code: 2, details: expect.any(String) }, "cancelled"]);
});

test("a stream that is over keeps no requests", async () => {
  const outlet = { message: () => Promise.resolve(), ended: () => undefined };
  const call = new StreamCall(undefined, new Metadata(), outlet);
  call.emit("error", { code: 10, details: "enough" });

  for (let at = 0; at < 100; at++) await call.ask({ at });

  expect(call.readableLength).toBe(0);
});
