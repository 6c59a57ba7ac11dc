import type { Cancel, Clock, Millis } from "@holdfast/base";
import type { Operation, OperationResult } from "@holdfast/state-machine";
import { TIMEOUT_MS_MAX } from "../call.ts";
import { failureError } from "../operation-answer.ts";
import { RequestError } from "../request-error.ts";

export interface LeaseOptions {
  /**
   * How long it lives without being renewed, whole seconds from 1 to 9,000,000,000.
   *
   * @default 10
   */
  readonly ttlSeconds?: number;
}

/** What a lease asks of the client that it belongs to. */
export interface LeasePorts {
  readonly clock: Clock;
  write(operation: Operation, timeoutMs: Millis): Promise<OperationResult>;
  closed(lease: Lease): void;
}

export const LEASE_TTL_SECONDS = 10;
/** It is renewed so often within its time to live. */
const RENEWALS_PER_TTL = 3;
/** After a renewal that failed the next is tried within this, ms. */
const RETRY_MS = 250;

/**
 * A lease that is kept alive until it is revoked. Keys that hang on it are deleted with it.
 *
 * {@link lost} fires when it may have ended: when the cluster says that it is not there, or when
 * no renewal was heard for as long as it lives, by this machine's own monotonic clock, counted
 * from when the last renewal was asked for; so never later than the cluster ends it.
 */
export class Lease implements AsyncDisposable {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly #ports: LeasePorts;
  readonly #lost = new AbortController();
  /** Until then it lives for certain. */
  #livesUntil: Millis;
  #cancelRenewal: Cancel | undefined;
  #cancelEnd: Cancel | undefined;
  #isOver = false;
  /** It is over here, and the cluster has not said yet that it is gone. */
  #isToRevoke = false;
  #revoking: Promise<void> | undefined;

  /** `grantedAt`: when it was asked for. */
  constructor(
    granted: { readonly id: bigint; readonly ttlSeconds: number; readonly grantedAt: Millis },
    ports: LeasePorts,
  ) {
    this.id = granted.id;
    this.ttlSeconds = granted.ttlSeconds;
    this.#ports = ports;
    this.#livesUntil = granted.grantedAt + this.#ttlMs;
    this.#expectEnd();
    this.#renewAfter(this.#ttlMs / RENEWALS_PER_TTL);
  }

  /** Aborted when the lease may have ended, its reason is why; also when it is revoked here. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Ends it, and deletes all that hangs on it. That it is gone already is no failure. Where it fails it is
   * not renewed any more, and may be asked again.
   */
  async revoke({ timeoutMs = 5000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (!this.#isOver) {
      this.#isToRevoke = true;
      this.#end("the lease was revoked");
    }
    if (!this.#isToRevoke) return;
    this.#revoking ??= this.#revoke(timeoutMs).finally(() => {
      this.#revoking = undefined;
    });
    await this.#revoking;
  }

  /** Renews it no more: it ends when its time is over. */
  abandon(): void {
    this.#end("the client was closed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.revoke();
  }

  async #revoke(timeoutMs: Millis): Promise<void> {
    const revoke = { kind: "lease-revoke", id: this.id, expiry: undefined } as const;
    const result = await this.#ports.write(revoke, timeoutMs);
    const isThere = result.kind === "failed" && result.failure.reason !== "lease-not-found";
    if (isThere) throw failureError(result.failure);
    this.#isToRevoke = false;
  }

  get #ttlMs(): Millis {
    return this.ttlSeconds * 1000;
  }

  #renewAfter(delayMs: Millis): void {
    this.#cancelRenewal = this.#ports.clock.timer(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { clock, write } = this.#ports;
    const askedAt = clock.now();
    const leftMs = this.#livesUntil - askedAt;
    if (this.#isOver || leftMs <= 0) return;
    try {
      const timeoutMs = Math.min(leftMs, TIMEOUT_MS_MAX);
      const result = await write({ kind: "lease-renew", ids: [this.id] }, timeoutMs);
      if (this.#isOver) return;
      const ttlSeconds = result.kind === "lease-renew" ? (result.ttls[0] ?? 0) : 0;
      if (ttlSeconds <= 0) return this.#end("the cluster has ended the lease");
      this.#livesUntil = askedAt + this.#ttlMs;
      this.#expectEnd();
      this.#renewAfter(this.#ttlMs / RENEWALS_PER_TTL);
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      if (!this.#isOver) this.#renewAfter(RETRY_MS);
    }
  }

  #expectEnd(): void {
    this.#cancelEnd?.();
    const leftMs = Math.max(0, this.#livesUntil - this.#ports.clock.now());
    this.#cancelEnd = this.#ports.clock.timer(leftMs, () =>
      this.#end("the lease could not be renewed in time"),
    );
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelRenewal?.();
    this.#cancelEnd?.();
    this.#ports.closed(this);
    this.#lost.abort(
      new RequestError({
        code: "LEASE_LOST",
        message: why,
        outcome: "not-applied",
        retryable: false,
      }),
    );
  }
}
