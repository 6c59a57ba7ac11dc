import { status } from "@grpc/grpc-js";
import { HoldfastError } from "@holdfast/base";
import { expect, test } from "vitest";
import {
  statusOfAnswerGone,
  statusOfError,
  statusOfFailure,
  statusOfRefusal,
  unforeseenStatus,
} from "./status-codec.ts";

class Coded extends HoldfastError {
  readonly code: string;
  readonly outcome = "not-applied";
  readonly retryable = true;

  constructor(code: string) {
    super("our own words");
    this.code = code;
  }
}

test.each([
  ["NO_LEADER", status.UNAVAILABLE, "etcdserver: no leader"],
  ["LEADER_CHANGED", status.UNAVAILABLE, "etcdserver: leader changed"],
  ["REQUEST_TIMED_OUT", status.UNAVAILABLE, "etcdserver: request timed out"],
  ["STOPPED", status.UNAVAILABLE, "etcdserver: server stopped"],
  ["OVERLOADED", status.UNKNOWN, "etcdserver: too many requests"],
  ["NO_SPACE", status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"],
  ["REQUEST_TOO_LARGE", status.INVALID_ARGUMENT, "etcdserver: request is too large"],
  ["STATE_DAMAGED", status.DATA_LOSS, "etcdserver: corrupt cluster"],
  ["INVALID_SORT_OPTION", status.INVALID_ARGUMENT, "etcdserver: invalid sort option"],
  ["EMPTY_REQUEST_OP", status.INVALID_ARGUMENT, "etcdserver: key not found"],
])("%s goes out with etcd's code and text", (code, expected, details) => {
  expect(statusOfError(new Coded(code))).toEqual({ code: expected, details });
});

test("an error that nobody foresaw has no status of its own and keeps its text", () => {
  expect(statusOfError(new Error("surprise"))).toBeUndefined();
  expect(statusOfError(new Coded("NEVER_HEARD_OF"))).toBeUndefined();
  expect(unforeseenStatus(new Error("surprise"))).toEqual({
    code: status.UNKNOWN,
    details: "surprise",
  });
});

test("a committed operation that did nothing tells why", () => {
  expect(statusOfFailure({ reason: "lease-not-found" })).toEqual({
    code: status.NOT_FOUND,
    details: "etcdserver: requested lease not found",
  });
  expect(statusOfFailure({ reason: "compacted", compactRevision: 7 })).toEqual({
    code: status.OUT_OF_RANGE,
    details: "etcdserver: mvcc: required revision has been compacted",
  });
  expect(statusOfFailure({ reason: "too-many-deletions" })).toEqual({
    code: status.RESOURCE_EXHAUSTED,
    details: "holdfast: the range holds more than 1048576 keys: delete it in parts",
  });
});

test("a refusal keeps its code and text", () => {
  expect(statusOfRefusal({ code: "OUT_OF_RANGE", message: "too far" })).toEqual({
    code: status.OUT_OF_RANGE,
    details: "too far",
  });
});

test("a write whose answer is gone is told to have been applied, and where", () => {
  expect(statusOfAnswerGone(12).details).toContain("applied at revision 12");
});
