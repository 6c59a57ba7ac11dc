import { HoldfastError } from "./error.ts";

/** A bug was caught in the act: something that no input may cause is the case. */
export class InvariantViolation extends HoldfastError {
  readonly code = "INVARIANT_VIOLATION";
  readonly outcome = "unknown";
  readonly retryable = false;
}

/**
 * Checks something that only a bug can make false.
 *
 * A failed assertion stops the node: a replica that has lost an invariant must
 * not vote, acknowledge or serve. Never use it for input that a peer, a client
 * or a disk controls; those get a {@link HoldfastError}.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** Proves to the compiler that every case of a union has been handled. */
export function assertNever(value: never, what: string): never {
  throw new InvariantViolation(`${what}: unexpected ${JSON.stringify(value)}`);
}
