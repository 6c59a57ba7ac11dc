import { HoldfastError, type Outcome } from "@holdfast/base";
import { expect, test } from "vitest";
import { describeFailure } from "./describe-failure.ts";
import { exitCodeOf } from "./exit-codes.ts";

class Failure extends HoldfastError {
  readonly code: string;
  readonly outcome: Outcome;
  readonly retryable = false;

  constructor(code: string, outcome: Outcome = "not-applied", message = "what happened") {
    super(message);
    this.code = code;
    this.outcome = outcome;
  }
}

test.each([
  { failure: new Failure("USAGE"), command: "get", is: 1 },
  { failure: new Failure("INVALID_ARGUMENT"), command: "put", is: 1 },
  { failure: new Failure("COMPACTED"), command: "get", is: 3 },
  { failure: new Failure("TOO_MANY_KEYS"), command: "del", is: 3 },
  { failure: new Failure("TIMEOUT"), command: "get", is: 4 },
  { failure: new Failure("SOMETHING_NEW"), command: "put", is: 4 },
  { failure: new Failure("DIRECTORY_IN_USE"), command: "serve", is: 1 },
  { failure: new Failure("TIMEOUT"), command: "up", is: 1 },
  { failure: new TypeError("a bug"), command: "get", is: 1 },
])("$failure.code of $command exits with $is", ({ failure, command, is }) => {
  expect(exitCodeOf(failure, command)).toBe(is);
});

test("a write whose effect is in doubt says so, and what to do", () => {
  expect(describeFailure(new Failure("TIMEOUT", "unknown", "no answer"))).toBe(
    [
      "error TIMEOUT: no answer",
      "  effect: it may or may not have taken effect",
      "  next: holdfast status shows which nodes answer; --timeout waits longer",
      "",
    ].join("\n"),
  );
});

test("a failure without advice or doubt is its code and message, further lines indented", () => {
  expect(describeFailure(new Failure("ODD", "not-applied", "first\nsecond"))).toBe(
    "error ODD: first\n  second\n",
  );
});

test("a bug shows its trace", () => {
  expect(describeFailure(new TypeError("oops"))).toMatch(
    /^error INTERNAL: TypeError: oops\n {4}at /,
  );
});

test("a deletion of too much says what to do instead", () => {
  expect(describeFailure(new Failure("TOO_MANY_KEYS"))).toContain(
    "  next: delete narrower prefixes or ranges, one after the other;",
  );
});
