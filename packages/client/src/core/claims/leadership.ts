import type { Revision } from "@holdfast/base";
import type { Holdfast } from "../holdfast.ts";
import type { BytesLike } from "../key-selector.ts";
import { RequestError } from "../request-error.ts";
import type { Comparison } from "../transaction.ts";
import { type Claim, guardOf } from "./claim.ts";

/** An election that is won, until its winner resigns or loses it. */
export class Leadership implements AsyncDisposable {
  readonly #claim: Claim;
  readonly #client: Holdfast;

  constructor(claim: Claim, client: Holdfast) {
    this.#claim = claim;
    this.#client = client;
  }

  /** There as long as it leads, with what the leader says as its value: `<name>/<lease in hex>`. */
  get key(): Uint8Array {
    return this.#claim.key;
  }

  /** Grows from leader to leader. */
  get token(): Revision {
    return this.#claim.revision;
  }

  /** Aborted when somebody else may lead. */
  get lost(): AbortSignal {
    return this.#claim.lease.lost;
  }

  /** A comparison that holds as long as it leads, for transactions. */
  get guard(): Comparison {
    return guardOf(this.#claim);
  }

  /** Says something else. @throws RequestError `NOT_LEADER` */
  async proclaim(value: BytesLike): Promise<void> {
    const { key, lease } = this.#claim;
    const { succeeded } = await this.#client.txn({
      compare: [this.guard],
      then: [{ kind: "put", key, value, lease: lease.id }],
    });
    if (succeeded) return;
    throw new RequestError({
      code: "NOT_LEADER",
      message: "somebody else leads, or nobody",
      outcome: "not-applied",
      retryable: false,
    });
  }

  /** Lets the next one lead. */
  async resign(): Promise<void> {
    await this.#claim.lease.revoke();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign();
  }
}
