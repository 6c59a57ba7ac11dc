import type { Clock, Millis } from "@holdfast/base";
import type { ReplicaApi, ReplicaCall } from "@holdfast/replica";

/** What a caller of any service may say about a call. */
export interface CallContext {
  /** How long the caller will wait, ms; `Infinity` leaves it to the server. */
  readonly timeoutMs: number;
  /** Fail at once where no leader is known (etcd's `hasleader`). */
  readonly requireLeader: boolean;
}

/** What etcd allows a request beside two election timeouts, ms (etcd-v3.md §7). */
const REQUEST_MS = 5_000;

/** How long any request may wait, ms: 7 s with the default timings. */
export function requestLimitMs(electionTimeoutMs: number): number {
  return REQUEST_MS + 2 * electionTimeoutMs;
}

/** Turns what a caller asks for into a call of the replica, bounded by the server's own limit. */
export class ReplicaCalls {
  readonly #clock: Clock;
  readonly #limitMs: number;

  constructor(ports: { readonly clock: Clock; readonly replica: ReplicaApi }) {
    this.#clock = ports.clock;
    this.#limitMs = requestLimitMs(ports.replica.status().electionTimeoutMs);
  }

  call(context: CallContext): ReplicaCall {
    return { deadline: this.deadline(context.timeoutMs), requireLeader: context.requireLeader };
  }

  read(
    context: CallContext,
    linearizable: boolean,
  ): ReplicaCall & { readonly linearizable: boolean } {
    return {
      deadline: this.deadline(context.timeoutMs),
      requireLeader: context.requireLeader,
      linearizable,
    };
  }

  /** A call that may take as long as the caller will wait, whatever other requests may. */
  patient(context: CallContext): ReplicaCall {
    const deadline = this.#clock.now() + context.timeoutMs;
    return { deadline, requireLeader: context.requireLeader };
  }

  deadline(timeoutMs: number): Millis {
    return this.#clock.now() + Math.min(timeoutMs, this.#limitMs);
  }
}
