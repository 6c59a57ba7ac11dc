import { messageOf } from "@holdfast/base";
import type { Trace } from "./trace.ts";
import { Violation } from "./violation.ts";

/** What was broken in a run, and what led there. */
export interface FoundViolation {
  readonly invariant: string;
  readonly message: string;
  /** The last events, oldest first. */
  readonly events: readonly string[];
  readonly stack: string | undefined;
}

/** What ended a run, as it is told. */
export function foundViolation(failure: unknown, trace: Trace): FoundViolation {
  const cause =
    failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
  return {
    // Whatever else is thrown is a mistake of the simulator, or of the product where nobody expected it.
    invariant: failure instanceof Violation ? failure.invariant : "sim",
    message: messageOf(failure),
    events: trace.last(),
    stack: cause instanceof Error ? cause.stack : undefined,
  };
}
