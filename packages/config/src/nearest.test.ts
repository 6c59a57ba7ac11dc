import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const known = ["heartbeatMs", "electionTimeoutMs", "n1"];

test.each([
  { given: "heartbeatMS", meant: "heartbeatMs" },
  { given: "hartbeat", meant: "heartbeatMs" },
  { given: "heart", meant: undefined },
  { given: "electionTimoutMs", meant: "electionTimeoutMs" },
  { given: "n2", meant: "n1" },
  { given: "port", meant: undefined },
  { given: "x".repeat(65), meant: undefined },
])("$given was meant to be $meant", ({ given, meant }) => {
  expect(nearest(given, known)).toBe(meant);
});
