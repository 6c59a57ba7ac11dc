import { Metadata } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { StreamCall } from "./gateway-calls.ts";

test("a stream that is over keeps no requests", async () => {
  const outlet = { message: () => Promise.resolve(), ended: () => undefined };
  const call = new StreamCall(undefined, new Metadata(), outlet);
  call.emit("error", { code: 10, details: "enough" });

  for (let at = 0; at < 100; at++) await call.ask({ at });

  expect(call.readableLength).toBe(0);
});
