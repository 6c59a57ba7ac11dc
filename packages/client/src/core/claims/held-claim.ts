import type { Revision } from "@holdfast/base";
import type { Comparison } from "../transaction.ts";
import { type Claim, guardOf } from "./claim.ts";

/** The first place in the queue of a name, as long as its lease lives: what a lock and a leadership share. */
export abstract class HeldClaim implements AsyncDisposable {
  protected readonly claim: Claim;

  constructor(claim: Claim) {
    this.claim = claim;
  }

  /** There as long as the place is held: `<name>/<lease in hex>`. */
  get key(): Uint8Array {
    return this.claim.key;
  }

  /** Grows from holder to holder: whoever has seen a larger one refuses this. */
  get token(): Revision {
    return this.claim.revision;
  }

  /** Aborted when the place may be somebody else's. */
  get lost(): AbortSignal {
    return this.claim.lease.lost;
  }

  /** A comparison that holds as long as the place does, for transactions. */
  get guard(): Comparison {
    return guardOf(this.claim);
  }

  /** Leaves it to its lease to end, as a process that dies does. */
  abandon(): void {
    this.claim.lease.abandon();
  }

  /** Lets the next one have it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.claim.lease.revoke();
  }
}
