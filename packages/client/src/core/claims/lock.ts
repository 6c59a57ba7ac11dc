import { HeldClaim } from "./held-claim.ts";

/**
 * A lock that is held, until it is released or lost.
 *
 * A lock alone keeps nobody out: its holder may be slower than its lease. Give {@link token} with
 * what it protects, or write by transactions with {@link guard}, and stop at {@link lost}.
 */
export class Lock extends HeldClaim {
  /** Lets the next one have it. */
  release(): Promise<void> {
    return this[Symbol.asyncDispose]();
  }
}
