/**
 * How often load asks, all of its clients together: evenly, and never to make up for time that was lost.
 * Without it a client asks again as soon as it is answered, and takes all the machine there is.
 */
export class LoadPace {
  readonly #everyMs: number;
  #nextAt = 0;

  /** @param perSecond operations a second at most; `Infinity` for as many as are answered. */
  constructor(perSecond: number) {
    this.#everyMs = 1000 / perSecond;
  }

  /** Resolves when it is somebody's turn again. */
  async turn(): Promise<void> {
    if (this.#everyMs === 0) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#everyMs;
    if (at > now) await new Promise((go) => void setTimeout(go, at - now));
  }
}
