import type { Revision } from "@holdfast/base";
import type { Comparison } from "../transaction.ts";
import { type Claim, guardOf } from "./claim.ts";

/**
 * A lock that is held, until it is released or lost.
 *
 * A lock alone keeps nobody out: its holder may be slower than its lease. Give {@link token} with
 * what it protects, or write by transactions with {@link guard}, and stop at {@link lost}.
 */
export class Lock implements AsyncDisposable {
  readonly #claim: Claim;

  constructor(claim: Claim) {
    this.#claim = claim;
  }

  /** There as long as the lock is held: `<name>/<lease in hex>`. */
  get key(): Uint8Array {
    return this.#claim.key;
  }

  /** Grows from holder to holder: whoever has seen a larger one refuses this. */
  get token(): Revision {
    return this.#claim.revision;
  }

  /** Aborted when the lock may be somebody else's. */
  get lost(): AbortSignal {
    return this.#claim.lease.lost;
  }

  /** A comparison that holds as long as the lock does, for transactions. */
  get guard(): Comparison {
    return guardOf(this.#claim);
  }

  /** Lets the next one have it. */
  async release(): Promise<void> {
    await this.#claim.lease.revoke();
  }

  /** Leaves it to its lease to end, as a process that dies does. */
  abandon(): void {
    this.#claim.lease.abandon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
