import type { Logger, MemberId } from "@holdfast/base";
import { expect, test } from "vitest";
import { ManualTime } from "../test/manual-time.ts";
import { MalformedMessages } from "./malformed-messages.ts";

test("malformed messages are told at once, then every ten seconds with how many there were", async () => {
  const time = new ManualTime();
  const told: unknown[] = [];
  const logger = { warn: (fields: unknown) => told.push(fields) } as unknown as Logger;
  const messages = new MalformedMessages(time, logger);
  const one = { kind: "malformed", from: 7 as MemberId, problem: "no order" } as const;

  for (let second = 0; second < 21; second++) {
    messages.note({ ...one, message: "append-request" });
    await time.advance(1000);
  }

  expect(told).toEqual(
    [1, 10, 10].map((sinceLastTold) => ({
      from: 7,
      message: "append-request",
      problem: "no order",
      sinceLastTold,
    })),
  );
});
