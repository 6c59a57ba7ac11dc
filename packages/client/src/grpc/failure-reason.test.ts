import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { failureReason, wasNeverSent } from "./failure-reason.ts";

function failed(details: string): ServiceError {
  const fields = { code: 14, details, metadata: new Metadata() };
  return Object.assign(new Error(`14 UNAVAILABLE: ${details}`), fields);
}

test.each([
  [
    "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ",
    "connection refused",
  ],
  [
    "No connection established. Last error: connect ETIMEDOUT 10.0.0.1:1 (2026-01-01T00:00:00.000Z). Resolution note: ",
    "connection timed out",
  ],
  [
    "No connection established. Last error: Protocol error (2026-01-01T00:00:00.000Z). Resolution note: ",
    "no connection: Protocol error",
  ],
  ["No connection established. Last error: null. Resolution note: ", "no connection: null"],
  ["Name resolution failed for target dns:nowhere:2379", "the host name cannot be resolved"],
  ["Deadline exceeded after 0.2s,Waiting for LB pick", "no answer in time"],
  ["Connection dropped", "connection lost"],
  ["read ECONNRESET", "connection reset"],
  ["etcdserver: no leader", "etcdserver: no leader"],
  ["", "14 UNAVAILABLE: "],
])("%j is told as %j", (details, reason) => {
  expect(failureReason(failed(details))).toBe(reason);
});

test.each([
  ["No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. ", true],
  ["Name resolution failed for target dns:nowhere:2379", true],
  ["Deadline exceeded after 0.2s,Waiting for LB pick", true],
  ["Deadline exceeded after 0.2s,remote_addr=127.0.0.1:1", false],
  ["Connection dropped", false],
  ["read ECONNRESET", false],
])("of %j, that nothing was sent is %j", (details, expected) => {
  expect(wasNeverSent(failed(details))).toBe(expected);
});
