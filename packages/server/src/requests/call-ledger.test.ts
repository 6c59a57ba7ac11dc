import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { CallLedger } from "./call-ledger.ts";

const PUT = { service: "etcdserverpb.KV", method: "Put", type: "unary" } as const;

test("calls are in flight from their start to their end and then counted by code", () => {
  const ledger = new CallLedger();
  const puts = ledger.method(PUT);

  puts.started();
  puts.started();
  puts.ended(status.UNAVAILABLE);

  expect(puts.inFlight).toBe(1);
  expect(ledger.inFlight()).toBe(1);
  expect(puts.handled(status.UNAVAILABLE)).toBe(1);
  expect(puts.handled(status.OK)).toBe(0);
});

test("a code that gRPC does not know is counted as unknown", () => {
  const puts = new CallLedger().method(PUT);

  puts.started();
  puts.ended(99 as status);

  expect(puts.handled(status.UNKNOWN)).toBe(1);
});

test("idle resolves with the last call of any method, and at once when there is none", async () => {
  const ledger = new CallLedger();
  const puts = ledger.method(PUT);
  const ranges = ledger.method({ ...PUT, method: "Range" });
  await ledger.idle();
  puts.started();
  ranges.started();
  let idle = false;
  const waiting = ledger.idle().then(() => {
    idle = true;
  });

  puts.ended(status.OK);
  await Promise.resolve();
  expect(idle).toBe(false);
  ranges.ended(status.OK);
  await waiting;

  expect(idle).toBe(true);
});
