import { expect, test } from "vitest";
import { requestLimitMs } from "./call-context.ts";

test("a request waits 5 s and two election timeouts at most, as in etcd", () => {
  expect(requestLimitMs(1000)).toBe(7000);
  expect(requestLimitMs(50)).toBe(5100);
});
