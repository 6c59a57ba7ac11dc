import type { Cancel, Clock, Random } from "@holdfast/base";
import { backoffMs } from "./backoff.ts";
import type { ClientLimits } from "./client-limits.ts";

/** One pause for everything that was refused and may succeed a little later; longer with each in a row. */
export class RetryTimer {
  readonly #ports: { readonly clock: Clock; readonly random: Random };
  readonly #limits: ClientLimits;
  readonly #retry: () => void;
  #rounds = 0;
  #cancel: Cancel | undefined;

  constructor(
    ports: { readonly clock: Clock; readonly random: Random },
    limits: ClientLimits,
    retry: () => void,
  ) {
    this.#ports = ports;
    this.#limits = limits;
    this.#retry = retry;
  }

  schedule(): void {
    if (this.#cancel !== undefined) return;
    this.#rounds += 1;
    const pauseMs = backoffMs(this.#limits, this.#ports.random, this.#rounds);
    this.#cancel = this.#ports.clock.timer(pauseMs, () => {
      this.#cancel = undefined;
      this.#retry();
    });
  }

  succeeded(): void {
    this.#rounds = 0;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
