/** Lets so many jobs in at a time, and has the others wait in order. Who may wait is bounded by whoever asks. */
export class JobGate {
  readonly #jobsMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(jobsMax: number) {
    this.#jobsMax = jobsMax;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async run<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#jobsMax) {
      // Whoever ends hands its place on, so that nobody slips in between.
      await new Promise<void>((enter) => this.#waiting.push(enter));
    } else {
      this.#running++;
    }
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
