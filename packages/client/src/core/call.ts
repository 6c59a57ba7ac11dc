import type { AbortSignalLike, Millis } from "@holdfast/base";
import type { RequestError } from "./request-error.ts";

/** The longest that a call may wait: a day. */
export const TIMEOUT_MS_MAX = 86_400_000;

/** The web's `AbortSignal`, as much as is used of it. */
export interface CallSignal extends AbortSignalLike {
  readonly reason?: unknown;
}

/** How long a call waits, and who may end it sooner. */
export interface CallPatience {
  readonly timeoutMs: number;
  readonly deadline: Millis;
  readonly signal: CallSignal | undefined;
}

/** One caller's request and the promise that it waits on; settled once. */
export class Call<Kind extends string, Request, Answer> {
  readonly kind: Kind;
  readonly request: Request;
  /** What it counts for in queues, bytes. */
  readonly bytes: number;
  readonly patience: CallPatience;
  readonly promise: Promise<Answer>;
  #resolve: (answer: Answer) => void = ignore;
  #reject: (error: RequestError) => void = ignore;
  #stopListening: () => void = ignore;
  #settled = false;

  constructor(kind: Kind, request: Request, bytes: number, patience: CallPatience) {
    this.kind = kind;
    this.request = request;
    this.bytes = bytes;
    this.patience = patience;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Has `aborted` called when the caller's signal fires before the call is settled. */
  listen(aborted: () => void): void {
    const { signal } = this.patience;
    if (signal === undefined) return;
    signal.addEventListener("abort", aborted);
    this.#stopListening = () => signal.removeEventListener("abort", aborted);
  }

  answer(answer: Answer): void {
    if (this.#settle()) this.#resolve(answer);
  }

  fail(error: RequestError): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#stopListening();
    return true;
  }
}

/** How long the most patient of the callers still waits, ms, whole; at least 1. */
export function longestPatience(
  calls: readonly { readonly settled: boolean; readonly patience: CallPatience }[],
  now: Millis,
): number {
  let latest = 0;
  for (const call of calls) {
    if (!call.settled) latest = Math.max(latest, call.patience.deadline);
  }
  return Math.max(1, Math.ceil(latest - now));
}

function ignore(): void {
  // Replaced by the constructor, or nothing to do.
}
