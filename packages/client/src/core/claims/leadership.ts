import type { Holdfast } from "../holdfast.ts";
import type { BytesLike } from "../key-selector.ts";
import { RequestError } from "../request-error.ts";
import type { Claim } from "./claim.ts";
import { HeldClaim } from "./held-claim.ts";

/**
 * An election that is won, until its winner resigns or loses it. As long as {@link key} is there it
 * has what the leader says as its value.
 */
export class Leadership extends HeldClaim {
  readonly #client: Holdfast;

  constructor(claim: Claim, client: Holdfast) {
    super(claim);
    this.#client = client;
  }

  /** Says something else. @throws RequestError `NOT_LEADER` */
  async proclaim(value: BytesLike): Promise<void> {
    const { key, lease } = this.claim;
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
  resign(): Promise<void> {
    return this[Symbol.asyncDispose]();
  }
}
