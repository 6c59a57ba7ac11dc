import { Metadata } from "@grpc/grpc-js";
import { expect, test, vi } from "vitest";
import { contextOf } from "./unary-call.ts";

function timeoutMs(deadline: Date | number): number {
  return contextOf({ getDeadline: () => deadline, metadata: new Metadata() }).timeoutMs;
}

test("a call waits as long as its caller does", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    expect(timeoutMs(Date.now() + 700)).toBe(700);
    expect(timeoutMs(new Date(Date.now() + 700))).toBe(700);
    expect(timeoutMs(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  } finally {
    vi.useRealTimers();
  }
});

test("a call during which the clock on the wall jumped an hour ahead has not timed out", () => {
  const deadline = Date.now() + 700;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  try {
    expect(timeoutMs(deadline)).toBe(Number.POSITIVE_INFINITY);
  } finally {
    vi.useRealTimers();
  }
});
